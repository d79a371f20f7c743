// node report.js PAGE...: opens pages in headless Chromium at three widths, light and dark, and fails on what a reader would
// stumble over: violations that axe-core finds (tables opened), a page that scrolls sideways, requests, messages of the
// console, and texts of a chart that touch each other or leave it.
//
// NODE_PATH leads to playwright-core and axe-core (npm install playwright-core axe-core, outside of the tree); CHROMIUM is the
// browser; SHOTS, if set, a folder for screenshots and a PDF.
'use strict';
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// runs in the page: the texts of visible charts that overlap or stick out
function collisions() {
	const found = [];
	for (const svg of document.querySelectorAll('svg')) {
		if (!svg.getClientRects().length) continue;
		const frame = svg.getBoundingClientRect();
		const texts = [...svg.querySelectorAll('text')].map(e => [e.lastChild.textContent, e.getBoundingClientRect()]);
		texts.forEach(([text, a], i) => {
			if (a.right > frame.right + 3 || a.left < frame.left - 3) found.push(`outside: ${text}`);
			for (const [other, b] of texts.slice(i + 1))
				if (a.left + 1 < b.right && b.left + 1 < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
					found.push(`touching: ${text} | ${other}`);
		});
	}
	return found;
}

async function check(browser, file, scheme, width) {
	const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
	const page = await context.newPage();
	const problems = [];
	page.on('request', r => { if (!r.url().startsWith('file:')) problems.push(`request: ${r.url()}`); });
	page.on('console', m => problems.push(`console: ${m.text()}`));
	page.on('dialog', d => { problems.push(`dialog: ${d.message()}`); d.dismiss(); });
	await page.goto('file://' + path.resolve(file));
	if (process.env.SHOTS)
		await page.screenshot({ path: path.join(process.env.SHOTS, `${path.basename(file, '.html')}-${scheme}-${width}.png`), fullPage: true });
	problems.push(...await page.evaluate(collisions));
	await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
	if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth))
		problems.push('the page scrolls sideways');
	await page.evaluate(axe);
	const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	for (const v of result.violations) problems.push(`axe: ${v.id} (${v.nodes.length}): ${v.nodes[0].target} ${v.help}`);
	await context.close();
	return problems;
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
	let n = 0;
	for (const file of process.argv.slice(2))
		for (const scheme of ['light', 'dark'])
			for (const width of [360, 768, 1280])
				for (const problem of await check(browser, file, scheme, width)) {
					console.log(`${path.basename(file)}, ${scheme}, ${width}: ${problem}`);
					n++;
				}
	if (process.env.SHOTS)
		for (const file of process.argv.slice(2)) {
			const page = await browser.newPage();
			await page.goto('file://' + path.resolve(file));
			await page.pdf({ path: path.join(process.env.SHOTS, path.basename(file, '.html') + '.pdf'), preferCSSPageSize: true });
		}
	await browser.close();
	console.log(`${n} problems`);
	process.exit(n ? 1 : 0);
})();
