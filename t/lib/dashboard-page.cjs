// The dashboard in a browser.  usage: node dashboard-page.cjs URL KEY OTHER ENDPOINT DIRECTORY
// KEY may see it and may enable ENDPOINT; OTHER may not see it.  Prints one line of JSON;
// screenshots go to the directory.
'use strict';

const { chromium } = require('playwright-core');

const [url, key, other, endpoint, directory] = process.argv.slice(2);
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const result = { errors: [], elsewhere: [], overflow: [], polls: 0 };

// what the server says, with something of each kind wrong
function broken(status) {
    const now = Date.parse(status.created_at);
    const before = (ms) => new Date(now - ms).toISOString().replace('Z', '000Z');
    const [first] = status.shards;
    const server = (name, role, more) => ({ ...first.servers[0], name, role, timeline: 7, reads: role === 'replica', lag_ms: null,
        answered_ms: 400, ...more });
    status.shards = [
        { ...first, name: 'north', servers: [server('10.20.1.11:5432', 'primary'),
            server('10.20.1.12:5432', 'replica', { lag_ms: 120 })] },
        { ...first, name: 'east', queue: { ...first.queue, write: 12 }, oldest_wait_ms: 430,
            database: { ...first.database, partition_days: 6, moves: [{ subject: 196608, state: 'leaving', since: before(90000) }],
                unknown_attempts: [{ processor: 'acme', unknown: 14, oldest_at: before(7400000) }] },
            servers: [server('10.20.2.11:5432', 'primary'), server('10.20.2.12:5432', 'replica', { lag_ms: 5400, reads: false })] },
        { ...first, name: 'south', state: 'unreachable', last_answer_at: before(65000), writes: 'no_answer', oldest_wait_ms: 3100,
            queue: { ...first.queue, write: 311, read: 17 }, servers: [server('10.20.3.11:5432', 'silent', { answered_ms: 65000,
                connections: { connecting: 4, preparing: 0, idle: 0, busy: 0, full: 0, stuck: 2 } })] },
    ];
    status.processors = [{ name: 'acme', breaker: 'closed', in_flight: 31, max_in_flight: 1024, approved: 48211, declined: 2107, unknown: 14 },
        { name: 'globex', breaker: 'open', in_flight: 0, max_in_flight: 1024, approved: 1930, declined: 88, unknown: 40 }];
    return status;
}

(async () => {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    const open = async (scheme, width, fake) => {
        const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
        page.on('console', (message) => message.type() === 'error'
            && !/Failed to load resource/.test(message.text()) && result.errors.push(message.text()));
        page.on('pageerror', (error) => result.errors.push(String(error)));
        page.on('request', (request) => {
            if (new URL(request.url()).origin !== new URL(url).origin) {
                result.elsewhere.push(request.url());
            }
        });
        await page.route('**/v1/status', async (route) => {
            result.polls++;
            if (page.away) {
                return route.abort();
            }
            const answer = await route.fetch();
            return fake && answer.ok() ? route.fulfill({ response: answer, json: broken(await answer.json()) })
                : route.fulfill({ response: answer });
        });
        await page.goto(`${url}/dashboard`);
        return page;
    };
    const enter = async (page, text) => {
        await page.fill('#key', text);
        await page.keyboard.press('Enter');
    };
    const wide = async (page, name) => {
        const size = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        if (size[0] > size[1]) {
            result.overflow.push(`${name}: ${size[0]} > ${size[1]}`);
        }
    };

    // keys that are not taken
    const page = await open('light', 1440, false);
    await wide(page, 'form');
    await page.screenshot({ path: `${directory}/key-light-1440.png` });
    await enter(page, 'sk_test_none');
    await page.waitForSelector('#said:not(:empty)');
    result.unknown_key = await page.locator('#said').innerText();
    await enter(page, other);
    await page.waitForFunction(() => /scope/.test(document.getElementById('said').textContent));
    result.wrong_scope = await page.locator('#said').innerText();

    // as it is; an endpoint is enabled after a question
    await enter(page, key);
    await page.waitForSelector('#main:not([hidden]) tbody tr');
    result.well = await page.locator('#state').innerText();
    result.kept = await page.evaluate(() => `${localStorage.length + sessionStorage.length} ${document.cookie.length}`);
    const button = page.locator(`[aria-label="Enable ${endpoint}"]`);
    await button.focus();
    const polls = result.polls;
    while (result.polls < polls + 1) {
        await page.waitForResponse('**/v1/status');
    }
    result.focus = await button.evaluate((node) => node === document.activeElement);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    result.outline = await button.evaluate((node) => getComputedStyle(node).outlineStyle);
    await page.screenshot({ path: `${directory}/real-light-1440.png`, fullPage: true });
    await page.keyboard.press('Enter');
    await page.waitForSelector('#ask[open]');
    await page.screenshot({ path: `${directory}/ask-light-1440.png` });
    await page.click('#ask-no');
    const status = async () => (await (await fetch(`${url}/v1/webhook_endpoints/${endpoint}`,
        { headers: { Authorization: `Bearer ${key}` } })).json()).status;
    result.refused = await status();
    await button.click();
    await page.click('#ask-yes');
    await button.waitFor({ state: 'detached' });
    result.enabled = await status();

    // a node that does not answer
    page.away = true;
    await page.waitForFunction(() => /does not answer/.test(document.getElementById('state').textContent));
    result.silent = await page.locator('#state').innerText();
    await page.screenshot({ path: `${directory}/silent-light-1440.png` });
    await page.close();

    // something wrong, both schemes, both widths
    for (const scheme of ['light', 'dark']) {
        for (const width of [390, 1440]) {
            const wrong = await open(scheme, width, true);
            await enter(wrong, key);
            await wrong.waitForSelector('#main:not([hidden]) tbody tr');
            await wrong.waitForResponse('**/v1/status');
            result.state = await wrong.locator('#state').innerText();
            result.attention = await wrong.locator('table').first().innerText();
            result.order = await wrong.locator('table').nth(1).locator('tbody tr td:first-child').allInnerTexts();
            await wide(wrong, `${scheme} ${width}`);
            await wrong.screenshot({ path: `${directory}/wrong-${scheme}-${width}.png`, fullPage: true });
            // docs/images has this one
            await wrong.screenshot({ path: `${directory}/top-${scheme}-${width}.png`, clip: { x: 0, y: 0, width, height: 660 } });
            await wrong.close();
        }
    }
    await browser.close();
    console.log(JSON.stringify(result));
})();
