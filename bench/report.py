"""Writes what bench/run has measured: ratios first."""

import json

import plots


def number(value, digits=0):
    return f'{value:,.{digits}f}'.replace(',', ' ')


def targets(b):
    """Rows of the table of targets: what, at least, aim, figure, better when."""
    r = b.results
    has = lambda *names: all(n in r for n in names)
    rows = []

    def ratio(what, least, aim, above, below, field='per_second', base='per_second'):
        if has(above, below):
            rows.append((what, least, aim, b.middle(above, field) / b.middle(below, base), '>', ''))

    ratio('creates/s, all new, to FastAPI + asyncpg + Redis', 7, 12, 'create ours', 'create fastapi')
    ratio('creates/s to Flask + SQLAlchemy', 40, 60, 'create ours', 'create flask')
    singles = [n for n in r if n.startswith('pgbench 1 ')]
    if singles and has('create ours'):
        best = max(singles, key=b.middle)
        rows.append(('creates/s to the best pgbench of the single call', 2, 3,
                     b.middle('create ours') / b.middle(best), '>', f'-c {best.split()[-1]}'))
        ours = b.middle('create ours')
        rows.append(('creates/s to pgbench with 64 in a call, on one connection, as here', 0.8, 0.95,
                     ours / b.middle('pgbench 64 1'), '>', f"on two: {ours / b.middle('pgbench 64 2'):.2f}"))
    ratio('requests/s at 95 % replays, to FastAPI + Redis', 8, 12, 'replays ours', 'replays fastapi')
    ratio('GET/s to FastAPI', 5, 8, 'get ours', 'get fastapi')
    ratio('replay from shared memory to `return` with the same bytes', 0.6, 0.85, 'replay', 'return')
    for rate, least, aim in ((5000, 20, 5), (10000, 60, 10)):
        name = f'rate {rate}'
        if has(name):
            rows.append((f'p99, ms, at an open-loop {number(rate)} creates/s', least, aim,
                         b.middle(name, 'p99'), '<',
                         '' if b.middle(name) > rate * 0.98 else f'{number(b.middle(name))}/s were answered'))
    if has('connections'):
        rows.append(('database connections at the most creates/s', 8, 4, max(r['connections']), '<', ''))
    if has('create ours', 'return'):
        cpu = sorted(x['cpu']['nginx'] for x in r['create ours'])[len(r['create ours']) // 2]
        rows.append(('nginx CPU of a create to that of a `return`', 4, 2.5, cpu / b.middle('return', 'cpu'), '<', ''))
    if has('idle'):
        rows.append(('memory for 10 000 idle connections, MiB', 16, 6, b.middle('idle'), '<', ''))
    sizes = sorted((int(n.split()[1]) for n in r if n.startswith('rows ')))
    if len(sizes) > 1:
        rows.append((f'creates/s at {number(sizes[-1])} rows to {number(sizes[0])}', 0.85, 0.95,
                     b.middle(f'rows {sizes[-1]}') / b.middle(f'rows {sizes[0]}'), '>', ''))
    ratio('one hot merchant to 1 000', 0.9, 1, 'one merchants', 'thousand merchants')
    if has('goodput'):
        rows.append(('goodput at twice the most, to 0.9 of it', 0.85, 0.95, b.middle('goodput'), '>', ''))
        refused = [sorted(x['refused'][part] for x in r['load 2.0'])[len(r['load 2.0']) // 2] for part in ('p50', 'p99')]
        rows.append(('... refusals, ms', 10, 2, refused[0], '<', f'half of them; p99 {refused[1]:.1f}'))
    rows.append(('acknowledged and lost, or done twice', 0, 0, b.lost, '<', f'of {number(b.verified)} payments'))
    return rows


def verdict(least, aim, figure, better):
    reached = (lambda limit: figure >= limit) if better == '>' else (lambda limit: figure <= limit)
    return 'aim' if reached(aim) else 'yes' if reached(least) else '**no**'


def table(b):
    lines = ['| | at least | aim | here | reached |', '|---|---|---|---|---|']
    for what, least, aim, figure, better, note in targets(b):
        shown = number(figure, 2 if figure < 10 and figure != int(figure) else 1 if figure < 100 and
                       figure != int(figure) else 0)
        lines.append(f"| {what} | {'' if better == '>' else '≤ '}{least} | {aim} | {shown}"
                     f"{' (' + note + ')' if note else ''} | {verdict(least, aim, figure, better)} |")
    return '\n'.join(lines)


def throughput(b):
    parts = ('nginx', 'app', 'postgres', 'replica', 'redis')
    lines = ['| | requests/s (least to most) | p50 ms | p99 ms | CPU µs: nginx | app | PostgreSQL | replica | Redis |',
             '|---|---|---|---|---|---|---|---|---|']
    for name, values in b.results.items():
        if not isinstance(values[0], dict) or 'p99' not in values[0]:
            continue
        cpu = {k: sorted(v['cpu'].get(k, 0) for v in values)[len(values) // 2]
               for k in parts}
        lines.append(f"| {name} | {number(b.middle(name))} ({b.span(name)}) | {b.middle(name, 'p50'):.1f} | "
                     f"{b.middle(name, 'p99'):.1f} | " + ' | '.join(f'{cpu[k]:.0f}' for k in cpu) + ' |')
    for name, values in b.results.items():
        if not isinstance(values[0], dict) and name not in ('connections', 'goodput', 'idle'):
            lines.append(f'| {name} | {number(b.middle(name))} ({b.span(name)}) | | | | | | | |')
    return '\n'.join(lines)


def pictures(where, b):
    r, shown = b.results, []
    rows = [(t, b.middle(n), number(b.middle(n))) for t, n in (
        ('this module', 'create ours'), ('pgbench, 64 in a call', 'pgbench 64 2'),
        ('pgbench, one in a call', 'pgbench 1 32'), ('FastAPI', 'create fastapi'),
        ('FastAPI, PgBouncer', 'create fastapi_pooler'), ('Flask', 'create flask')) if n in r]
    if rows:
        plots.bars(where / 'creates.svg', 'Creates a second, all new', '/s', rows)
        shown.append('creates.svg')
    rows = [(f'{n.split()[1]} /s, {p}', b.middle(n, p), f'{b.middle(n, p):.1f}')
            for n in r if n.startswith('rate ') for p in ('p50', 'p90', 'p99')]
    if rows:
        plots.bars(where / 'latency.svg', 'From when each was due, open loop', 'ms', rows)
        shown.append('latency.svg')
    rows = [(t, {k: sorted(x['cpu'].get(k, 0) for x in r[n])[len(r[n]) // 2]
                 for k in ('nginx', 'app', 'postgres', 'redis')}) for t, n in (
        ('create', 'create ours'), ('create, FastAPI', 'create fastapi'), ('create, Flask', 'create flask'),
        ('95 % replays', 'replays ours'), ('..., FastAPI', 'replays fastapi'), ('GET', 'get ours'),
        ('GET, FastAPI', 'get fastapi')) if n in r]
    if rows:
        plots.stacked(where / 'cpu.svg', 'CPU of a request, by part', 'µs', ('nginx', 'app', 'postgres', 'redis'), rows)
        shown.append('cpu.svg')
    rows = [(t, b.middle(n, 'batch'), f"{b.middle(n, 'batch'):.1f}") for t, n in
            [(f'{n.split()[1]} /s', n) for n in r if n.startswith('rate ')] + [('as many as it can', 'create ours')]
            if n in r]
    if rows:
        plots.bars(where / 'batches.svg', 'Payments in one call, by the rate of creates', '', rows)
        shown.append('batches.svg')
    return shown


def write(where, b, about, options):
    shown = pictures(where, b)
    more = ''.join(f'## {title}\n\n```\n{text}```\n\n' for title, text in b.text.items())
    text = f"""# Bench, {where.name}

One run of `{about['command']}`: {about['minutes']} minutes on {about['cores']} cores
({about['cpu']}), {about['memory_gib']} GiB, Linux {about['kernel']}, nginx {about['nginx']}, PostgreSQL
{about['postgres']} with fsync and synchronous_commit on, commit {about['commit']}; everything, the clients
included, on the same cores. fdatasync: {number(about['fdatasync_per_second'] or 0)} a second.
{options.rounds} rounds of {options.seconds} s in turn, medians. Runs that failed: {b.failed}.

## Ratios

{table(b)}

""" + '\n'.join(f'![]({name})\n' for name in shown) + f"""
## All runs

{throughput(b)}

{more}The peers send the same function one payment at a time, as an application server
does; what that costs PostgreSQL, against 64 in a call, is in the column of its CPU.
Not there: nginx with Lua, since Debian has no driver of PostgreSQL for it that does not block.
"""
    (where / 'report.md').write_text(text)
    (where / 'results.json').write_text(json.dumps({'about': about, 'results': b.results}, indent=1) + '\n')
    readme(where, b, about)
    print(table(b))


def summary(b):
    """The README's table: what each serves in a second, and what that costs."""
    r = b.results
    rows = (('creates/s, every key new', 'create ours', 'create fastapi', 'create flask'),
            ('requests/s, 95 % of them retries', 'replays ours', 'replays fastapi', None),
            ('reads of one payment/s', 'get ours', 'get fastapi', None))
    lines = ['| | this module | FastAPI + asyncpg + Redis | Flask + SQLAlchemy |', '|---|---|---|---|']
    for what, *names in rows:
        if names[0] in r:
            lines.append(f'| {what} | ' + ' | '.join(number(b.middle(n)) if n in r else 'not measured' for n in names) + ' |')
    names = [n for n in ('create ours', 'create fastapi', 'create flask') if n in r]
    cpu = [sum(sorted(x['cpu'].get(k, 0) for x in r[n])[len(r[n]) // 2] for k in ('nginx', 'app', 'postgres', 'redis'))
           for n in names]
    lines.append('| CPU of one create, all processes, µs | ' + ' | '.join(number(x) for x in cpu) + ' |')
    lines.append('| median / p99 at full load, ms | ' +
                 ' | '.join(f"{b.middle(n, 'p50'):.0f} / {b.middle(n, 'p99'):.0f}" for n in names) + ' |')
    lines.append(f"| database connections in use | {number(max(r['connections']))} | 4 | not counted |"
                 if 'connections' in r else '')
    return '\n'.join(x for x in lines if x)


def readme(where, b, about):
    """The newest figures, between the README's two marks; only of a whole run."""
    path = where.parent.parent.parent / 'README.md'
    text = path.read_text()
    begin, end = '<!-- bench -->', '<!-- /bench -->'
    if where.parent.name != 'results' or begin not in text:
        return
    head, rest = text.split(begin)
    path.write_text(head + begin + f"""
Measured by `{about['command']}` on {where.name}: {about['cores']} cores ({about['cpu']}) that nginx,
PostgreSQL {about['postgres']}, Redis and the clients share, `fsync` and `synchronous_commit` on.

{summary(b)}

All {number(b.verified)} payments of the run were there once, and none was lost. All ratios, and the targets that
were not reached: [the report](bench/results/{where.name}/report.md), [docs/performance.md](docs/performance.md).
""" + end + rest.split(end)[1])
