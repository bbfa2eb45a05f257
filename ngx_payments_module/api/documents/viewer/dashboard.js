// The dashboard: GET /v1/status every two seconds, as tables.  What is wrong stands
// first, in words as well as in colour.  Nothing is written as HTML, nothing is asked of
// another host, and the key is a variable of this file alone.
'use strict';

(() => {
    const EVERY = 2000;             // ms between two questions
    const PATIENCE = 8000;          // ms that one may take
    const POINTS = 150;             // of a line: five minutes
    const GOOD = 0, WATCH = 1, BAD = 2;
    const WORD = ['ok', 'watch', 'wrong'];
    const CLASS = ['', 'watch', 'bad'];

    const at = (id) => document.getElementById(id);
    let key = null;
    let account = null;
    let timer = 0;
    let answered = 0;               // when the last answer came
    let failure = '';
    let full = null;                // places that were missing, when first seen

    function make(name, attributes, ...children) {
        const node = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes || {})) {
            node.setAttribute(attribute, value);
        }
        node.append(...children);
        return node;
    }

    function write(node, text) {
        if (node.textContent !== text) {
            node.textContent = text;
        }
    }

    // numbers as an operator reads them --------------------------------------------------

    function age(ms) {
        if (ms === null || ms === undefined) {
            return '–';
        }
        const seconds = ms / 1000;
        return ms < 1000 ? `${Math.round(ms)} ms`
            : seconds < 10 ? `${seconds.toFixed(1)} s`
            : seconds < 120 ? `${Math.round(seconds)} s`
            : seconds < 7200 ? `${Math.round(seconds / 60)} min`
            : seconds < 172800 ? `${Math.round(seconds / 3600)} h`
            : `${Math.round(seconds / 86400)} d`;
    }

    const count = (n) => n.toLocaleString('en').replaceAll(',', ' ');
    const clock = (time) => new Date(time).toTimeString().slice(0, 8);
    const since = (now, time) => (time ? Math.max(0, now - Date.parse(time)) : null);
    const words = (name) => name.replaceAll('_', ' ');

    // a cell: what it shows, how bad that is, and what is said of it above all tables
    const cell = (text, level = GOOD, why = '') => ({ text: String(text), level, why });
    const over = (ms, watch, bad) => (ms > bad ? BAD : ms > watch ? WATCH : GOOD);

    // tables: rows are kept, so that what is selected or focused stays -----------------------

    // of its columns a # stands before those of numbers, an @ before those of ids
    class Table {
        constructor(title, columns, { empty = 'none', kind = '' } = {}) {
            const names = columns.map((name) => name.replace(/^[#@]/, ''));
            this.kinds = columns.map((name) => ({ '#': 'num ', '@': 'id ' }[name[0]] || ''));
            this.names = names;
            this.rows = new Map();
            this.count = make('span', {}, '');
            this.body = make('tbody', { role: 'rowgroup' });
            this.head = make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' },
                ...names.map((name, n) => make('th', { role: 'columnheader', scope: 'col', class: this.kinds[n].trim() }, name))));
            this.node = make('table', { role: 'table', class: kind }, make('caption', {}, title, this.count), this.head, this.body);
            this.empty = empty;
            at('tables').append(this.node);
        }

        row(id) {
            let row = this.rows.get(id);
            if (!row) {
                const cells = this.names.map((name) => make('td', { role: 'cell', 'data-name': name }));
                row = { cells, node: make('tr', { role: 'row' }, ...cells) };
                this.rows.set(id, row);
            }
            return row;
        }

        // rows: [{ id, cells }]; those that are worst come first, in their order
        show(rows, hide) {
            this.node.hidden = Boolean(hide && rows.length === 0);
            for (const row of rows) {
                row.level = Math.max(GOOD, ...row.cells.map((one) => one.level || 0));
            }
            rows.sort((one, other) => other.level - one.level);
            const ids = new Set(rows.map((row) => row.id));
            for (const [id, row] of this.rows) {
                if (!ids.has(id)) {
                    row.node.remove();
                    this.rows.delete(id);
                }
            }
            rows.forEach((row, i) => this.fill(row, i));
            this.head.hidden = rows.length === 0;
            write(this.count, rows.length === 0 ? this.empty : '');
        }

        fill(row, i) {
            const { node, cells } = this.row(row.id);
            const all = [cell(WORD[row.level], row.level), ...row.cells];
            node.className = CLASS[row.level];
            all.forEach((one, n) => {
                if (one.node) {
                    if (cells[n].firstChild !== one.node) {
                        cells[n].replaceChildren(one.node);
                    }
                } else {
                    write(cells[n], one.text);
                }
                cells[n].className = this.kinds[n] + CLASS[one.level || 0];
            });
            if (this.body.children[i] !== node) {
                const focused = document.activeElement;
                this.body.insertBefore(node, this.body.children[i] || null);
                if (focused && node.contains(focused)) {
                    focused.focus();
                }
            }
        }
    }

    const tables = {
        attention: new Table('Needs attention', ['State', 'Where', 'What'], { kind: 'plain' }),
        shards: new Table('Shards', ['State', 'Shard', 'Answers', 'Writes', 'Schema', 'Waiting w/r/l/c/b', '#Oldest wait',
            '#Events wait', 'Background', 'Webhooks', '#Partitions', 'Books', 'Sessions from']),
        servers: new Table('Servers', ['State', 'Server', 'Shard', 'Role', '#Lag', 'Read', '#Timeline', '#Heard', '#Connecting',
            '#Idle', '#Busy', '#Full', '#Stuck']),
        processors: new Table('Acquirers', ['State', 'Acquirer', 'Asked', '#Under way', '#At most', '#Approved', '#Declined',
            '#Without a verdict'], { empty: 'none configured', kind: 'narrow' }),
        unknown: new Table('Payments without a known end', ['State', 'Acquirer', 'Shard', '#Attempts', '#Oldest'], { kind: 'narrow' }),
        endpoints: new Table('Webhook endpoints that fail', ['State', '@Endpoint', '@Merchant', 'Mode', 'Where', '#Failing for',
            '#Failures', '#Behind', 'Next attempt', 'Status', 'Action']),
        moves: new Table('Merchants that move', ['State', 'Subject', 'Shard', 'Step', '#For'], { kind: 'narrow' }),
        workers: new Table('Workers', ['State', 'Worker', '#Process', 'Does', '#Shown'], { kind: 'narrow' }),
        keys: new Table('Idempotency keys', ['State', '#Executing', '#Waiting for another', '#Places', '#Answers kept',
            '#Places for them', '#No place', '#Evicted', '#Too large'], { kind: 'narrow' }),
    };

    // what each row says ----------------------------------------------------------------------

    function shardCells(shard, now) {
        const db = shard.database;
        const q = shard.queue;
        const none = cell('–');
        const late = shard.state === 'ok' ? '' : `, last at ${shard.last_answer_at ? clock(shard.last_answer_at) : 'no time'}`;
        const schema = { same: GOOD, newer: WATCH, differs: WATCH, unknown: WATCH }[shard.schema] ?? BAD;
        const cells = [
            cell(shard.name),
            cell(words(shard.state) + late, { ok: GOOD, unknown: WATCH }[shard.state] ?? BAD, `its database is ${words(shard.state)}${late}`),
            cell(words(shard.writes), shard.writes === 'writable' ? GOOD : BAD, `payments have no session: ${words(shard.writes)}`),
            cell(shard.schema, schema, `its schema: ${shard.schema}`),
            cell(`${q.write} ${q.read} ${q.list} ${q.control} ${q.background}`),
            cell(age(shard.oldest_wait_ms), over(shard.oldest_wait_ms, 200, 1000), `something waits for a connection for ${age(shard.oldest_wait_ms)}`),
        ];
        if (!db) {
            return [...cells, none, none, none, none, none, none];
        }
        const books = db.ledger_unbalanced;
        return [...cells,
            cell(age(db.events_wait_ms), db.restored ? BAD : over(db.events_wait_ms, 2000, 10000),
                db.restored ? 'restored from another cluster: events wait for sql/apply' : `events have no sequence for ${age(db.events_wait_ms)}`),
            cell(`${words(db.background_holder)}, ${age(db.background_age_ms)} ago`,
                db.background_age_ms === null ? WATCH : over(db.background_age_ms, 10000, 60000),
                `background: last call ${age(db.background_age_ms)} ago`),
            cell(words(db.webhooks_holder)),
            cell(`${db.partition_days} d`, db.partition_days <= 3 ? BAD : db.partition_days < 7 ? WATCH : GOOD,
                `partitions end in ${db.partition_days} days`),
            cell(books ? `${books} unbalanced` : `balanced, ${age(db.ledger_check_age_ms)}`,
                books ? BAD : db.ledger_check_age_ms === null ? GOOD : over(db.ledger_check_age_ms, 7200000, 86400000),
                books ? `${books} books are not balanced` : `books were last checked ${age(db.ledger_check_age_ms)} ago`),
            cell((db.clients || []).map((one) => `${one.address} (${one.connections})`).join(', ') || '–'),
        ];
    }

    function serverCells(server, shard) {
        const c = server.connections;
        const replica = server.role === 'replica';
        return [
            cell(server.name), cell(shard.name),
            cell(server.role, { primary: GOOD, replica: GOOD, unknown: WATCH }[server.role] ?? BAD,
                server.role === 'silent' ? `silent, last heard ${server.answered_ms === null ? 'at no time' : `${age(server.answered_ms)} ago`}`
                    : `is ${server.role}`),
            cell(replica ? age(server.lag_ms) : '–', replica ? (server.lag_ms === null ? WATCH : over(server.lag_ms, 2000, 30000)) : GOOD,
                server.lag_ms === null ? 'its lag is not known' : `${age(server.lag_ms)} behind`),
            cell(replica ? (server.reads ? 'yes' : 'no') : '–', replica && !server.reads ? WATCH : GOOD, 'is not read'),
            cell(server.timeline ?? '–'),
            cell(server.answered_ms === null ? '–' : `${age(server.answered_ms)} ago`),
            cell(c.connecting + c.preparing), cell(c.idle), cell(c.busy), cell(c.full),
            cell(c.stuck, c.stuck ? BAD : GOOD, `${c.stuck} sessions do not answer`),
        ];
    }

    function processorCells(processor) {
        const open = { closed: GOOD, probing: WATCH }[processor.breaker] ?? BAD;
        const most = processor.max_in_flight;
        return [
            cell(processor.name),
            cell({ closed: 'yes', open: 'no', probing: 'one call finds out' }[processor.breaker], open, 'calls failed: it gets no new payments'),
            cell(processor.in_flight, most && processor.in_flight > 0.8 * most ? WATCH : GOOD, `${processor.in_flight} of ${most} calls under way`),
            cell(count(most)), cell(count(processor.approved)), cell(count(processor.declined)), cell(count(processor.unknown)),
        ];
    }

    function unknownCells(one, shard, now) {
        const oldest = since(now, one.oldest_at);
        return [cell(one.processor), cell(shard.name), cell(count(one.unknown)),
            cell(age(oldest), over(oldest, 60000, 3600000), `${count(one.unknown)} payments have no known end, one for ${age(oldest)}`)];
    }

    function endpointCells(one, now) {
        const off = one.status === 'disabled';
        const next = one.next_attempt_at ? Date.parse(one.next_attempt_at) - now : null;
        return [
            cell(one.id), cell(one.merchant_id), cell(one.livemode ? 'live' : 'test'), cell(one.origin),
            cell(age(since(now, one.failing_since))), cell(count(one.failures)), cell(count(one.behind)),
            cell(next === null ? '–' : next <= 0 ? 'now' : `in ${age(next)}`),
            cell(off ? `disabled: ${one.disabled_reason}` : 'enabled', off && one.disabled_reason !== 'merchant' ? BAD : WATCH,
                off ? `endpoint ${one.id} was disabled: ${one.disabled_reason}` : `endpoint ${one.id} does not take its events`),
            off && mayEnable(one) ? { node: enableButton(one) } : cell(off ? 'by a key of its merchant' : '–'),
        ];
    }

    function moveCells(move, shard, now) {
        const long = since(now, move.since);
        return [cell(move.subject), cell(shard.name),
            cell(move.state, move.state === 'frozen' ? over(long, 10000, 60000) : over(long, 3600000, 86400000), `${move.state} for ${age(long)}`),
            cell(age(long))];
    }

    function workerCells(worker) {
        return [cell(worker.number), cell(worker.pid),
            cell(worker.state, worker.state === 'stuck' ? BAD : GOOD, `has shown nothing for ${age(worker.shown_ms)}`),
            cell(`${age(worker.shown_ms)} ago`)];
    }

    function keyCells(keys) {
        full ??= keys.full.executions;
        const more = keys.full.executions - full;
        return [cell(count(keys.executing)), cell(count(keys.parked)), cell(count(keys.places)), cell(count(keys.records)),
            cell(count(keys.record_places)),
            cell(count(keys.full.executions), more > 0 ? WATCH : GOOD, `${count(more)} executions found no place since this page was opened`),
            cell(count(keys.full.evicted)), cell(count(keys.full.too_large))];
    }

    // an endpoint is enabled again, where this key may do it -----------------------------------

    const buttons = new Map();

    function mayEnable(one) {
        return account && account.merchant.id === one.merchant_id && account.livemode === one.livemode
            && account.scopes.includes('webhooks:write');
    }

    function enableButton(one) {
        if (!buttons.has(one.id)) {
            const button = make('button', { type: 'button' }, 'Enable');
            button.setAttribute('aria-label', `Enable ${one.id}`);
            button.addEventListener('click', () => enable(one, button));
            buttons.set(one.id, button);
        }
        return buttons.get(one.id);
    }

    function ask(title, text, yes) {
        write(at('ask-title'), title);
        write(at('ask-text'), text);
        write(at('ask-yes'), yes);
        return new Promise((resolve) => {
            const dialog = at('ask');
            at('ask-yes').onclick = () => dialog.close('yes');
            at('ask-no').onclick = () => dialog.close('no');
            dialog.onclose = () => resolve(dialog.returnValue === 'yes');
            dialog.returnValue = '';
            dialog.showModal();
        });
    }

    async function enable(one, button) {
        if (!await ask('Enable this endpoint?', `${one.origin} gets the ${count(one.behind)} events that it has not had, and all `
            + 'that follow.', 'Enable')) {
            return;
        }
        button.disabled = true;
        try {
            const answer = await call('PATCH', `/v1/webhook_endpoints/${one.id}`, { status: 'enabled' });
            const problem = answer.ok ? null : await answer.json();
            failure = problem ? `The endpoint was not enabled: ${problem.detail || problem.title}` : '';
        } catch (error) {
            failure = 'The endpoint may not have been enabled: no answer came.';
        }
        button.disabled = false;
        buttons.delete(one.id);
        look();
    }

    // lines of the last five minutes -------------------------------------------------------------

    const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);
    const most = (list, of) => list.reduce((all, one) => Math.max(all, of(one)), 0);
    const lines = [
        ['Waiting for a connection', count, (s) => sum(s.shards, (one) => sum(Object.values(one.queue), (n) => n))],
        ['Oldest wait', age, (s) => most(s.shards, (one) => one.oldest_wait_ms)],
        ['Connections at work', count, (s) => sum(s.shards, (one) => sum(one.servers, (server) =>
            server.connections.busy + server.connections.full + server.connections.stuck))],
        ['Keys executing', count, (s) => s.keys.executing],
        ['Calls to acquirers', count, (s) => sum(s.processors, (one) => one.in_flight)],
        ['Events wait', age, (s) => most(s.shards, (one) => (one.database ? one.database.events_wait_ms : 0))],
        ['Replica lag', age, (s) => most(s.shards, (one) => most(one.servers, (server) => server.lag_ms || 0))],
        ['Endpoints being sent to', count, (s) => s.webhooks.active],
    ].map(([name, form, of]) => {
        const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        const base = document.createElementNS('http://www.w3.org/2000/svg', 'line');
        const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
        const value = make('b');
        svg.setAttribute('viewBox', `0 0 ${POINTS - 1} 28`);
        svg.setAttribute('preserveAspectRatio', 'none');
        svg.setAttribute('role', 'img');
        for (const [attribute, n] of [['x1', 0], ['x2', POINTS - 1], ['y1', 27], ['y2', 27]]) {
            base.setAttribute(attribute, n);
        }
        svg.append(base, line);
        at('tiles').append(make('li', {}, make('span', {}, name), value, svg));
        return { name, form, of, svg, line, value, points: [] };
    });

    function draw(status) {
        for (const one of lines) {
            const value = status === null ? null : one.of(status);
            one.points.push(value);
            one.points.splice(0, one.points.length - POINTS);
            const known = one.points.filter((n) => n !== null);
            const high = Math.max(1, ...known);
            const first = POINTS - one.points.length;
            one.line.setAttribute('points', one.points.map((n, i) =>
                (n === null ? '' : `${first + i},${(26 - 24 * n / high).toFixed(1)}`)).join(' ').trim());
            write(one.value, value === null ? '–' : one.form(value));
            one.svg.setAttribute('aria-label', `${one.name}, five minutes: at most ${one.form(Math.max(0, ...known))}`);
        }
    }

    // what was answered, on the page ---------------------------------------------------------------

    function show(status) {
        const now = Date.parse(status.created_at);
        const data = {
            shards: status.shards.map((one) => ({ id: one.name, where: one.name, cells: shardCells(one, now) })),
            servers: status.shards.flatMap((shard) => shard.servers.map((one) => ({ id: `${shard.name} ${one.name}`,
                where: `${shard.name}, ${one.name}`, cells: serverCells(one, shard) }))),
            processors: status.processors.map((one) => ({ id: one.name, where: `acquirer ${one.name}`, cells: processorCells(one) })),
            workers: status.workers.map((one) => ({ id: one.pid, where: `worker ${one.number}`, cells: workerCells(one) })),
            keys: [{ id: 'keys', where: 'idempotency keys', cells: keyCells(status.keys) }],
            unknown: [], endpoints: [], moves: [],
        };
        for (const shard of status.shards.filter((one) => one.database)) {
            for (const one of shard.database.unknown_attempts || []) {
                data.unknown.push({ id: `${shard.name} ${one.processor}`, where: `acquirer ${one.processor}`,
                    cells: unknownCells(one, shard, now) });
            }
            for (const one of shard.database.failing_endpoints || []) {
                data.endpoints.push({ id: one.id, where: one.origin, cells: endpointCells(one, now) });
            }
            for (const one of shard.database.moves || []) {
                data.moves.push({ id: `${shard.name} ${one.subject}`, where: `move of ${one.subject}`, cells: moveCells(one, shard, now) });
            }
        }
        const wrong = needs(data);
        if (status.redis === 'down' || status.redis === 'refusing') {
            wrong.push({ id: 'redis', cells: [cell('Redis'), cell(`${status.redis}: payments go on`, WATCH)] });
        }
        for (const [name, rows] of Object.entries(data)) {
            tables[name].show(rows, ['unknown', 'endpoints', 'moves'].includes(name));
        }
        tables.attention.show(wrong, true);
        draw(status);
        head(status, wrong);
    }

    // a line for each row that is not well, with all that is wrong with it; endpoints are
    // their merchants', and are one line
    function needs(data) {
        const lines = [];
        for (const [name, rows] of Object.entries(data)) {
            for (const row of name === 'endpoints' ? [] : rows) {
                const said = row.cells.filter((one) => one.level);
                if (said.length) {
                    lines.push({ id: `${name} ${row.id}`, cells: [cell(row.where),
                        cell(said.map((one) => one.why).join('; '), Math.max(...said.map((one) => one.level)))] });
                }
            }
        }
        const off = data.endpoints.filter((row) => row.cells.some((one) => one.level === BAD)).length;
        if (data.endpoints.length) {
            lines.push({ id: 'endpoints', cells: [cell('webhooks'), cell(off ? `${off} endpoints were disabled; `
                + `${data.endpoints.length - off} do not take their events` : `${data.endpoints.length} endpoints do not take `
                + 'their events', off ? BAD : WATCH)] });
        }
        return lines;
    }

    function head(status, wrong) {
        const bad = wrong.filter((row) => row.level === BAD).length;
        const level = bad ? BAD : wrong.length ? WATCH : GOOD;
        const text = bad ? `${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong` : wrong.length
            ? `${wrong.length} to watch` : 'All is well';
        write(at('node'), `${status.node}, version ${status.version}, schema ${status.schema}`);
        say(failure ? `${text}. ${failure}` : text, level);
        document.title = `${bad ? `(${bad}) ` : ''}Payments ${status.node}`;
        write(at('when'), `as of ${clock(status.created_at)}`);
    }

    function say(text, level) {
        write(at('state'), text);
        at('state').className = level === null ? '' : ['good', 'watch', 'bad'][level];
    }

    // asking -----------------------------------------------------------------------------------------

    function call(method, path, body) {
        const headers = { Authorization: `Bearer ${key}`, Accept: 'application/json' };
        if (body) {
            headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
        }
        return fetch(path, { method, headers, body: body && JSON.stringify(body), cache: 'no-store', credentials: 'same-origin',
            referrerPolicy: 'no-referrer', redirect: 'error', signal: AbortSignal.timeout(PATIENCE) });
    }

    async function refused(answer) {
        const problem = await answer.json().catch(() => ({}));
        return answer.status === 403 && problem.code === 'insufficient_scope' ? 'This key has not the scope admin.'
            : `This key is not taken: ${problem.detail || problem.title || answer.status}`;
    }

    async function look() {
        clearTimeout(timer);
        const used = key;
        try {
            const answer = await call('GET', '/v1/status');
            if (used !== key) {
                return;
            }
            if (answer.status === 401 || answer.status === 403) {
                forget(await refused(answer));
                return;
            }
            if (!answer.ok) {
                throw new Error(`status ${answer.status}`);
            }
            const status = await answer.json();
            account ??= await call('GET', '/v1/account').then((one) => (one.ok ? one.json() : null)).catch(() => null);
            if (used !== key) {
                return;
            }
            answered = Date.now();
            at('enter').hidden = true;
            at('main').hidden = false;
            at('forget').hidden = false;
            document.body.classList.remove('stale');
            show(status);
        } catch (error) {
            if (used !== key) {
                return;
            }
            document.body.classList.add('stale');
            draw(null);
            say(`This node does not answer (${error.message})${answered ? `: what is shown is of ${clock(answered)}` : ''}`, BAD);
        }
        timer = setTimeout(look, EVERY);
    }

    function forget(text) {
        clearTimeout(timer);
        key = null;
        account = null;
        at('main').hidden = true;
        at('forget').hidden = true;
        at('enter').hidden = false;
        document.body.classList.remove('stale');
        document.title = 'Payments';
        write(at('node'), '');
        write(at('when'), '');
        write(at('said'), text);
        say('No key yet.', null);
        at('key').value = '';
        at('key').focus();
    }

    at('enter').addEventListener('submit', (event) => {
        event.preventDefault();
        key = at('key').value.trim();
        at('key').value = '';
        write(at('said'), '');
        say('Looking …', null);
        look();
    });
    at('forget').addEventListener('click', () => forget(''));
    document.addEventListener('visibilitychange', () => {
        if (key && !document.hidden) {
            look();
        } else {
            clearTimeout(timer);
        }
    });
    at('key').focus();
})();
