// The reference in a browser: what it shows, what it asks for, and a payment that
// is tried in it.  usage: node docs-page.cjs URL KEY DIRECTORY
// Prints one line of JSON; screenshots go to the directory.
'use strict';

const { chromium } = require('playwright-core');

const [url, key, directory] = process.argv.slice(2);
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];

(async () => {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
    const result = { errors: [], elsewhere: [], missing: [], overflow: [] };
    const document = await (await fetch(`${url}/openapi.json`)).json();
    const operations = Object.values(document.paths)
        .flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    result.operations = operations.length;

    for (const scheme of ['light', 'dark']) {
        for (const width of [390, 1440]) {
            const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
            page.on('console', (message) => message.type() === 'error' && result.errors.push(message.text()));
            page.on('pageerror', (error) => result.errors.push(String(error)));
            page.on('request', (request) => {
                const to = new URL(request.url());
                if (to.protocol !== 'data:' && to.origin !== new URL(url).origin) {
                    result.elsewhere.push(request.url());
                }
            });
            await page.goto(`${url}/docs`);
            await page.waitForSelector('#viewer .opblock', { state: 'attached' });
            for (const id of operations) {
                const tag = Object.values(document.paths).flatMap((path) => Object.values(path))
                    .find((operation) => operation.operationId === id).tags[0].replaceAll(' ', '_');
                if (await page.locator(`[id="operations-${tag}-${id}"]`).count() !== 1) {
                    result.missing.push(id);
                }
            }
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            if (wide > width) {
                result.overflow.push(`${scheme} ${width}: ${wide}`);
            }
            await page.screenshot({ path: `${directory}/docs-${scheme}-${width}.png` });
            if (width === 1440 || scheme === 'light') {
                const tried = await tryPayment(page);
                result[`tried_${scheme}_${width}`] = tried;
                await page.screenshot({ path: `${directory}/try-${scheme}-${width}.png` });
            }
            await page.close();
        }
    }
    await browser.close();
    console.log(JSON.stringify(result));
})();

// as a person would: the key, the operation, the button
async function tryPayment(page) {
    await page.click('.btn.authorize');
    await page.locator('.auth-container input[type=text]').first().fill(key);
    await page.locator('.auth-container .btn.authorize').first().click();
    await page.locator('.auth-btn-wrapper .btn-done').first().click();
    const block = page.locator('#operations-Payments-createPayment');
    await block.locator('.opblock-summary-control').click();
    await block.locator('.btn.execute').click();
    const answer = block.locator('.live-responses-table .response');
    await answer.waitFor();
    await answer.scrollIntoViewIfNeeded();
    return { status: (await answer.locator('.response-col_status').innerText()).trim().split(/\s/)[0],
        body: /"id": "pay_/.test(await answer.innerText()) };
}
