// The portal as `sunlot serve` gives it, in Debian's Chromium over a demo county: every page of the
// site map and one of each kind beside it, at phone and desktop width, in both languages, with and
// without script. What is accessible is axe-core's to say, what fits and what is focused Chromium's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { unmarkedChinese } from './english.mjs';
import { bin, havePeer, run, scratch } from './verify/kit.mjs';
import { axe, browser } from './verify/site.mjs';

const AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1366, height: 768 } };
const foot = { organiser: '示例县市场监督管理局', phone: '0391-1234567', mail: 'ssj@example.gov.cn' };
const shots = process.env.SUNLOT_SHOTS; // a folder for pictures to look at
let chromium = null;
let server = null;
let site = '';
let pages = [];
let county = '';

before(async () => {
  if (havePeer) chromium = await browser();
  if (!chromium) return;
  county = scratch('county');
  run(bin, ['demo', county]);
  for (const [name, text] of Object.entries(foot)) run(bin, ['--data', county, 'setting', `site.${name}`, text, '--basis', '国办发〔2017〕47号']);
  server = spawn(bin, ['--data', county, 'serve', '--port', '0', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    site = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
    if (site) break;
  }
  assert.ok(site, 'the server did not start');
  pages = await everyPage();
});

after(async () => {
  await chromium?.close();
  if (!server) return;
  server.kill('SIGTERM');
  const [code] = await once(server, 'exit');
  assert.equal(code, 0, 'how the server ended');
});

// The addresses that a page of the portal links to, of those a pattern matches.
async function links(path, pattern) {
  const html = await (await fetch(site + path, { headers: { 'Accept-Language': 'zh' } })).text();
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
  return [...new Set([...main.matchAll(/href="([^"]+)"/g)].map(([, href]) => href).filter((href) => pattern.test(href)))];
}

// The site map's pages and one of each kind that it does not list.
async function everyPage() {
  const map = (await links('/sitemap', /^\//)).filter((path) => !path.startsWith('/log/'));
  const draws = await links('/draws', /^\/draws\/./);
  const [business] = await links('/results', /^\/business\//);
  const [task] = await links('/tasks', /^\/tasks\//);
  const [item] = await links('/items', /^\/items\//);
  const [plan] = await links('/plans', /^\/plans\/./);
  const [document] = await links('/documents', /^\/documents\/./);
  // the demo corrects the first result and tells what followed another
  const open = async (name) => (await (await fetch(`${site}/open/${name}-${new Date(Date.now() + 8 * 3600e3).getUTCFullYear()}.json`)).json())[0].object_number;
  const told = [`/business/${await open('corrections')}`, `/business/${await open('followups')}`];
  const search = `/search?q=${encodeURIComponent('公司')}`;
  const none = `/search?q=${encodeURIComponent('龘靐齉')}`;
  assert.ok(map.length >= 11 && draws.length >= 2 && business && task && item && plan && document, 'pages of the demo county');
  return [...new Set([...map, '/sitemap', '/feedback', ...draws, business, ...told, task, item, plan, document, '/feedback?sent=1', '/plans?department=XFJY', search, none, '/search?division=410882100&kind=enterprise', '/results?code=finding&type=undirected', '/nothing-here'])];
}

// A context and what it complains of: console errors, breaches of the policy, failed scripts.
async function reader(options) {
  const context = await chromium.newContext(options);
  const page = await context.newPage();
  const troubles = [];
  const asked404 = (text) => text.includes('404') && page.url().includes('/nothing-here');
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !asked404(m.text()) && troubles.push(`${page.url()} ${m.text()}`));
  page.on('pageerror', (error) => troubles.push(`${page.url()} ${error}`));
  return { context, page, troubles };
}

async function go(page, path, lang = 'zh') {
  const answer = await page.goto(`${site}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
  assert.equal(answer.status(), path === '/nothing-here' ? 404 : 200, path);
}

// Serves documents as a reader without script has them: no script, what noscript holds. (A context
// without script would not answer the test's own questions either.)
async function withoutScript(context) {
  await context.route((url) => url.pathname === '/verify', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<script[^>]*><\/script>|<\/?noscript>/g, '');
    await route.fulfill({ response, body });
  });
}

async function violations(page) {
  const { violations: found } = await page.evaluate((only) => window.axe.run(document, { runOnly: only, resultTypes: ['violations'], preload: false }), AA);
  return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary}`).join(' ; ')}`);
}

const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

function inBrowser(name, work) {
  test(name, async (t) => {
    if (!chromium) return t.diagnostic('not run: no Chromium, packages or program here');
    return work(t);
  });
}

// What is wrong with one page in one language.
async function faults(page, path, lang) {
  await page.evaluate(axe());
  const found = await violations(page);
  const wide = await tooWide(page);
  if (wide > 0) found.push(`${wide} px too wide`);
  return found.map((words) => `${path} ${lang}: ${words}`);
}

for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`no page has a violation of level AA: ${size}, zh and en`, async (t) => {
    const { context, page, troubles } = await reader({ viewport });
    const found = [];
    for (const lang of ['zh', 'en'])
      for (const path of pages) {
        await go(page, path, lang);
        await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
        found.push(...(await faults(page, path, lang)));
        if (shots) await shoot(page, `${size}-${lang}-${path}`);
      }
    await context.close();
    assert.deepEqual(found, []);
    assert.deepEqual(troubles, []);
    t.diagnostic(`${pages.length} pages, twice`);
  });

// A page that names no script is one and the same document without script: it must be whole, and
// axe-core has seen it above. The others are looked at again.
for (const [size, viewport] of Object.entries(sizes))
  inBrowser(`without script every page is whole and has no violation: ${size}, zh and en`, async (t) => {
    const { context, page, troubles } = await reader({ viewport });
    await withoutScript(context);
    const found = [];
    let scripted = 0;
    for (const lang of ['zh', 'en'])
      for (const path of pages) {
        const html = await (await fetch(`${site}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)).text();
        if (!/<h1( lang="zh-CN")?>[^<]+<\/h1>/.test(html) || !html.includes('<footer>')) found.push(`${path} ${lang}: not whole`);
        if (!html.includes('<script')) continue;
        scripted++;
        if (/<(input|select|button)/.test(html.slice(html.indexOf('<main')).replace(/<div class="verify" id="verify" hidden .*?<\/main>/s, '')))
          found.push(`${path} ${lang}: fields that do nothing without script`);
        if (!/<noscript>.*sunlot verify/s.test(html)) found.push(`${path} ${lang}: no word for readers without script`);
        await go(page, path, lang);
        found.push(...(await faults(page, path, lang)));
      }
    await context.close();
    assert.deepEqual(found, []);
    assert.deepEqual(troubles, []);
    assert.equal(scripted, 2);
    t.diagnostic(`${scripted} documents with script`);
  });

async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${decodeURIComponent(name).replace(/[/?=&]/g, '_')}.png`), fullPage: true });
}

// In the page: tables of which a part is out of view.
const cropped = () => [...document.querySelectorAll('main .scroll')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => `cropped: ${e.getAttribute('aria-label')}`);

for (const width of [320, 768, 1024, 1920])
  inBrowser(`no page must be scrolled sideways at ${width} px, in normal and in large type, and no table is cropped`, async () => {
    const { context, page, troubles } = await reader({ viewport: { width, height: 640 } });
    const found = [];
    for (const path of pages)
      for (const lang of ['zh', 'en&size=large']) {
        await go(page, path, lang);
        const wide = await tooWide(page);
        if (wide > 0) found.push(`${path} ${lang}: ${wide} px`);
        if (lang === 'zh') found.push(...(await page.evaluate(cropped)).map((words) => `${path}: ${words}`));
      }
    await context.close();
    assert.deepEqual(found, []);
    assert.deepEqual(troubles, []);
  });

// What the route table serves to readers as pages; the others are files, feeds and what machines ask.
const files = ['/documents/{code}/files/{file}', '/sitemap.xml', '/robots.txt', '/open/{name}', '/open/bundles/{name}', '/catalog.jsonld', '/log/checkpoint', '/log/tile/{path*}', '/static/{name}', '/healthz'];

inBrowser('the pages looked at here hold one of each route of the public', async (t) => {
  const table = readFileSync(new URL('../../src/page/routes.c', import.meta.url), 'utf8');
  const routes = [...table.matchAll(/\{WEB_GET, "([^"]+)"/g)].map(([, path]) => path).filter((path) => !path.startsWith('/desk'));
  assert.ok(routes.length > 25 && files.every((path) => routes.includes(path)), 'the route table is read');
  const like = (route) => new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/?]+')}(\\?|$)`);
  const missing = routes.filter((route) => !files.includes(route) && !pages.some((path) => like(route).test(path)));
  assert.deepEqual(missing, []);
  t.diagnostic(`${routes.length - files.length} routes of pages, ${pages.length} pages`);
});

inBrowser('on a phone the whole menu is in view, every link of the foot has 24 px, no table is cropped', async () => {
  const { context, page, troubles } = await reader({ viewport: sizes.phone });
  const found = [];
  for (const path of pages) {
    await go(page, path);
    const words = await page.evaluate(() => {
      const box = (e) => e.getBoundingClientRect();
      const out = (e) => box(e).left < 0 || box(e).right > window.innerWidth;
      const low = (e) => box(e).height < 24 || box(e).width < 24;
      return [...[...document.querySelectorAll('nav a')].filter(out).map((e) => `out of view: ${e.textContent}`),
        ...[...document.querySelectorAll('footer a')].filter(low).map((e) => `small: ${e.textContent}`)];
    });
    found.push(...[...words, ...(await page.evaluate(cropped))].map((w) => `${path}: ${w}`));
  }
  await context.close();
  assert.deepEqual(found, []);
  assert.deepEqual(troubles, []);
});

// In the page: notes each element that takes the focus, with how that is seen. An outline counts
// when it has 3:1 against what lies around the element (WCAG 1.4.11).
function watchFocus() {
  const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const around = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  window.focused = new Map();
  document.addEventListener('focusin', ({ target }) => {
    const style = getComputedStyle(target);
    const box = target.getBoundingClientRect();
    const lights = [light(parse(style.outlineColor)), light(around(target))].sort((a, b) => b - a);
    const seen = box.width > 0 && box.height > 0 && box.right > 0 && style.outlineStyle !== 'none' &&
      parseFloat(style.outlineWidth) >= 2 && (lights[0] + 0.05) / (lights[1] + 0.05) >= 3;
    window.focused.set(target, seen);
  });
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  window.wanted = [...document.querySelectorAll(all)].filter((e) => !e.disabled && e.checkVisibility());
  return window.wanted.length;
}

inBrowser('every interactive element is reached by Tab, with a focus that is seen', async (t) => {
  const { context, page, troubles } = await reader({ viewport: sizes.desktop });
  const found = [];
  let reached = 0;
  for (const path of pages) {
    await go(page, path);
    const count = await page.evaluate(watchFocus);
    for (let i = 0; i < count + 12; i++) await page.keyboard.press('Tab');
    const words = await page.evaluate(() => {
      const name = (e) => e.outerHTML.slice(0, 100);
      const missed = window.wanted.filter((e) => !window.focused.has(e)).map((e) => `not reached: ${name(e)}`);
      const dim = [...window.focused].filter(([, seen]) => !seen).map(([e]) => `focus not seen: ${name(e)}`);
      return [...missed, ...dim];
    });
    reached += count;
    found.push(...words.slice(0, 5).map((w) => `${path}: ${w}`));
  }
  await context.close();
  assert.deepEqual(found, []);
  assert.deepEqual(troubles, []);
  t.diagnostic(`${reached} elements on ${pages.length} pages`);
});

// Pages that tell what was wrong, beside the crawled ones, and the verifier once it has verified.
const refused = ['/search?q=公司&division=x', '/search?q=公司&kind=x', '/search?q=公司&state=x', '/search?q=公司&section=xx',
  `/search?q=${'长'.repeat(101)}`, '/search?q=公司&after=x', '/search?q=a b c d e f g h i', '/results?year=1', '/results?from=x', '/results?before=x', '/draws?before=x', '/draws/没有',
  '/tasks/没有', '/items/没有', '/business/没有', '/documents/没有', '/documents/x/files/1', '/open/nothing.csv', '/open/items.txt'];

inBrowser('an English page is English but for names and texts of officials, which are marked zh-CN', async (t) => {
  const { context, page } = await reader({ viewport: sizes.desktop });
  const found = [];
  const look = async (path) => found.push(...(await unmarkedChinese(page)).map((text) => `${path}: ${text}`));
  for (const path of pages) {
    await go(page, path, 'en');
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
    await look(path);
  }
  for (const path of refused) {
    const answer = await page.goto(`${site}${encodeURI(path)}${path.includes('?') ? '&' : '?'}lang=en`);
    assert.ok(answer.status() >= 400, `${path}: ${answer.status()}`);
    assert.equal(await page.locator('[role=alert]').count(), 1, `${path}: no words`);
    assert.equal(await page.locator('[role=alert][lang]').count(), 0, `${path}: its words are Chinese`);
    await look(path);
  }
  await go(page, '/feedback', 'en');
  await page.fill('#text', ' ');
  await page.locator('form.stack button').click();
  assert.equal(await page.locator('[role=alert]').textContent(), 'Please write something before you send it.');
  await look('/feedback refused');
  const [bundle] = await links((await links('/draws', /^\/draws\/./)).at(-1), /-public\.zip$/);
  await go(page, `/verify?bundle=${bundle}`, 'en');
  await page.waitForSelector('#verify-list li');
  await look('/verify with a bundle');
  assert.ok((await page.locator('.verify-open .verify-words').count()) > 3);
  assert.equal(await page.locator('.verify-open .verify-words [lang]').count(), 0, 'what is left open is told in Chinese');
  await page.fill('#verify-number', pages.find((path) => path.startsWith('/business/')).split('/').pop());
  await page.locator('#verify-look-form button').click();
  await page.waitForSelector('#verify-found .verify-answer');
  await look('/verify with a business');
  await context.close();
  assert.deepEqual([...new Set(found)], []);
  t.diagnostic(`${pages.length + refused.length + 3} pages`);
});

inBrowser('every word that a dictionary of the portal holds has its English', async () => {
  const { context, page } = await reader({ viewport: sizes.desktop });
  await go(page, '/search', 'en');
  const words = await page.locator('select[name=section] option, select[name=kind] option, select[name=state] option').allTextContents();
  assert.ok(words.length > 30 && words.every((text) => !/\p{Script=Han}/u.test(text)), words.join());
  await context.close();
});

// What breaks out of a text, an attribute, an element or a template, before what would then run.
const breaks = ['', '"', "'", '">', "'>", '</a>', '</title>', '</textarea>', '</select>', '</script>', '-->', '{{', '{{{', '}}', '&lt;', '&#60;', '\\', '`', '</style>', ']]>'];
const harms = ['<script>hit=1</script>', '<script src=//x.example/x></script>', '<img src=x onerror=hit=1>', '<svg onload=hit=1>', 'javascript:hit=1',
  ' onfocus=hit=1 autofocus x=', '<iframe src=javascript:hit=1>', '<form action=//x.example><input>', '<base href=//x.example>', '<a href=data:text/html,hit>x</a>'];
const attacks = breaks.flatMap((start) => harms.map((harm) => start + harm));

// In the page: what is there that no template has.
const strange = () => [...document.querySelectorAll('iframe, svg, base, object, embed, style, img[src="x"], [onload], [onerror], [onfocus], [autofocus], [href^="javascript:"], [href^="data:"], form[action*="//"], script:not([src^="/static/"])')]
  .map((e) => e.outerHTML).concat(typeof window.hit === 'undefined' ? [] : ['it ran']);

inBrowser('200 hostile texts stay texts: in names and addresses, in what was asked and in what was typed', async (t) => {
  const { context, page, troubles } = await reader({ viewport: sizes.desktop });
  const found = [];
  const look = async (where) => found.push(...(await page.evaluate(strange)).map((words) => `${where}: ${words}`));
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  const [head, ...rows] = readFileSync(join(county, 'source/objects.csv'), 'utf8').trim().split('\n');
  const columns = head.replace('\ufeff', '').trim().split(',');
  const hostile = attacks.map((attack, i) => rows[i].trim().split(',').map((text, k) => (/名称/.test(columns[k]) ? cell(`龘靐${attack}`) : /住所|地址/.test(columns[k]) ? cell(attack) : text)).join(','));
  const file = scratch('hostile.csv');
  writeFileSync(file, [head, ...hostile].join('\n'));
  run(bin, ['--data', county, 'import', 'objects', file]);
  const shown = new Set();
  const businesses = [];
  for (let path = `/search?q=${encodeURIComponent('龘靐')}`; path; ) {
    const answer = await page.goto(site + path);
    if (answer.status() === 429 || (shown.size === 0 && (await page.locator('.cards a').count()) === 0)) {
      await page.waitForTimeout(300); // the budget, and the index that follows the import
      continue;
    }
    await look(path);
    for (const link of await page.locator('.cards a[href^="/business/"]').all()) {
      shown.add(await link.textContent());
      businesses.push(await link.getAttribute('href'));
    }
    path = (await page.locator('a[rel=next]').count()) > 0 ? await page.locator('a[rel=next]').getAttribute('href') : '';
  }
  assert.deepEqual(attacks.filter((attack) => !shown.has(`龘靐${attack}`)), [], 'names that are not shown as they are');
  const visited = businesses.filter((_, i) => i % 3 === 0); // each kind of break and of harm among them
  for (const path of visited) {
    await page.goto(site + path);
    await look(path);
  }
  for (const attack of attacks) {
    const path = `/results?task=${encodeURIComponent(attack)}`;
    await page.goto(site + path);
    await look(path);
    assert.ok([attack.trim(), undefined].includes(await page.locator('input[name=task]').inputValue().catch(() => undefined)), `${attack} is another text`);
  }
  for (let i = 0; i < attacks.length; i += 10) {
    await page.goto(`${site}/feedback`);
    await page.fill('[name=subject]', attacks[i]);
    await page.fill('#text', `${attacks[i]}${'长'.repeat(900)}`);
    await page.locator('form.stack button').click();
    if ((await page.locator('[role=alert]').count()) === 1) await look(`/feedback with ${attacks[i]}`);
  }
  await context.close();
  assert.deepEqual(found, []);
  assert.deepEqual(troubles.filter((words) => !/status of (400|429)/.test(words)), []);
  t.diagnostic(`${attacks.length} texts, ${visited.length} pages of businesses`);
});
