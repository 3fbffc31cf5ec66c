// The page of the verifier in Debian's Chromium, at phone and desktop width, under its policy: files
// from disk and from the server, own proofs, look-ups, keyboard, axe-core, and a large pool that must
// not freeze the page.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { forge, run, scratch, unzip, zip } from './kit.mjs';
import { axe, browser, serve } from './site.mjs';

const maker = process.env.SUNLOT_MAKE_BUNDLES ?? '';
const scripts = process.env.SUNLOT_SCRIPTS ?? '';
const shots = process.env.SUNLOT_SHOTS; // a folder for pictures to look at
const folder = scratch('made');
const sizes = { phone: { width: 320, height: 640 }, wide: { width: 1280, height: 900 } };
let chromium = null;
let site = null;

const made = (name) => readFileSync(join(folder, name));

before(async () => {
  if (!existsSync(maker)) return;
  mkdirSync(folder);
  run(maker, [folder]);
  chromium = await browser();
  const files = new Map(readdirSync(folder).map((name) => [`/open/bundles/${name}`, made(name)]));
  const bundles = JSON.stringify(['/open/bundles/open-events-full.zip', ['/open/bundles/blinded-events-public.zip', '遮蔽名单']]);
  site = await serve(files, { verify_bundles: bundles });
});

after(async () => {
  await chromium?.close();
  site?.close();
});

// Opens the page; what it says on the console and every breach of the policy is an error.
async function open(size = 'wide', path = '/zh') {
  const context = await chromium.newContext({ viewport: sizes[size] });
  const page = await context.newPage();
  page.troubles = [];
  page.on('console', (message) => message.type() === 'error' && page.troubles.push(message.text()));
  page.on('pageerror', (error) => page.troubles.push(String(error)));
  await page.goto(site.url + path);
  await page.waitForFunction(() => document.getElementById('verify').getAttribute('aria-busy') === 'false');
  return page;
}

async function close(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

// Gives the page a file and waits for its verdict.
async function give(page, name, data) {
  await page.setInputFiles('#verify-file', { name, mimeType: 'application/zip', buffer: data });
  return verdict(page);
}

async function verdict(page) {
  await page.waitForFunction(() => document.getElementById('verify').getAttribute('aria-busy') === 'false' &&
    !document.getElementById('verify-verdict').hidden, null, { timeout: 120000 });
  return page.innerText('#verify-verdict');
}

async function shoot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

// No violation of WCAG 2.1 A or AA, and nothing that must be scrolled sideways.
async function accessible(page, what) {
  await page.evaluate(axe());
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ; ')}`);
  assert.deepEqual(found, [], what);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${what} is too wide`);
}

// A test that needs the browser.
function paged(name, body) {
  test(name, async () => {
    if (chromium) await body();
  });
}

test('all script of the page is at most 35 KiB in gzip', () => {
  if (!existsSync(join(scripts, 'verify_worker.js'))) return;
  const size = (name) => gzipSync(readFileSync(join(scripts, name)), { level: 9 }).length;
  for (const tag of ['zh', 'en']) {
    const sum = size('verify_worker.js') + size(`verify_${tag}.js`);
    console.log(`# script in gzip, ${tag}: ${sum} bytes`);
    assert.ok(sum <= 35 * 1024, String(sum));
  }
});

for (const size of ['phone', 'wide'])
  paged(`${size}: a bundle from disk holds, each check shows both values`, async () => {
    const page = await open(size);
    await accessible(page, 'empty page');
    await shoot(page, `${size}-empty`);
    const text = await give(page, 'open.zip', made('open-events-full.zip'));
    assert.match(text, /✓ 全部相符/);
    assert.match(text, /不符 0/);
    const items = await page.$$eval('#verify-list > li', (list) => list.map((item) => item.innerText));
    assert.ok(items.length > 40);
    const root = items.find((item) => item.includes('名单的根'));
    assert.match(root, /✓ 相符/);
    assert.match(root, /所示\s+([0-9a-f]{64})\s+重算\s+\1/);
    for (const [name, proof] of unzip(made('open-events-full.zip'))) {
      if (!name.startsWith('proofs/')) continue;
      const [, index] = /^index (\d+)$/m.exec(proof.toString());
      assert.ok(items.some((item) => item.includes(`日志序号 ${index}，`)), `${name}: ${index}`);
    }
    assert.equal(await page.evaluate(() => document.activeElement.id), 'verify-verdict');
    await accessible(page, 'verdict');
    await shoot(page, `${size}-holds`);
    await close(page);
  });

paged('a tampered bundle does not hold and the first difference is named on top', async () => {
  const files = unzip(made('sealed-events-full.zip'));
  const text = files.get('teams.tsv').toString();
  const wrong = new Map(files).set('teams.tsv', Buffer.from(text.replace(/R\d+\n$/, 'R1\n')));
  const page = await open('phone');
  const plain = await give(page, 'bad.zip', zip(wrong));
  assert.match(plain, /✗ 不符/);
  assert.match(plain, /最先不符之处：文件摘要 — teams\.tsv/);
  await accessible(page, 'tampered');
  await shoot(page, 'phone-tampered');
  const forged = await give(page, 'forged.zip', zip(forge(files, wrong)));
  assert.match(forged, /最先不符之处：检查组 — teams\.tsv 第 \d+ 行/);
  assert.match(forged, /所示[\s\S]*重算/);
  await page.check('#verify-only');
  const marks = await page.$$eval('#verify-list > li', (list) =>
    list.filter((item) => item.offsetParent !== null).map((item) => item.querySelector('.verify-mark').innerText));
  assert.ok(marks.length > 0 && marks.every((mark) => /不符|未核/.test(mark)));
  await page.fill('#verify-number', text.split('|')[0]);
  await page.click('#verify-look-form button');
  assert.ok(await page.isVisible('#verify-warning'));
  await close(page);
});

paged('own proofs: drawn, not drawn, not in the pool', async () => {
  const page = await open('phone');
  const says = async (name) => give(page, name, made(name));
  const drawn = await says('open-whole-drawn.txt');
  assert.match(drawn, /✓ 全部相符/);
  assert.match(drawn, /91410882MA\w+ — 抽中/);
  assert.match(await says('open-whole-absent.txt'), /91410882MA000014XX — 不在名单中/);
  assert.match(await says('blinded-events-last.txt'), /— (未)?抽中/);
  assert.ok(!(await page.isVisible('#verify-look')));
  await accessible(page, 'own proof');
  await shoot(page, 'phone-own');
  const bad = Buffer.from(made('open-whole-drawn.txt').toString().replace(/^drawn .*$/m, 'drawn no'));
  assert.match(await give(page, 'x.txt', bad), /最先不符之处：是否抽中/);
  assert.match(await give(page, 'y.txt', Buffer.from('什么都不是')), /无法核验[\s\S]*既不是材料包/);
  await close(page);
});

paged('a bundle of the server, by the list and by a link; other sites are refused', async () => {
  const page = await open('wide');
  await page.selectOption('#verify-bundle', { label: '遮蔽名单' });
  await page.click('#verify-server button');
  assert.match(await verdict(page), /✓ 全部相符/);
  await close(page);
  const linked = await open('wide', '/zh?bundle=/open/bundles/open-events-full.zip');
  assert.match(await verdict(linked), /✓ 全部相符/);
  await close(linked);
  const other = await open('wide', '/zh?bundle=https://example.com/x.zip');
  assert.match(await verdict(other), /只能核验本网站的材料包/);
  await close(other);
  const gone = await open('wide', '/zh?bundle=/open/bundles/none.zip');
  assert.match(await verdict(gone), /取不到.*404/);
  await gone.context().close(); // where the browser itself may note the 404
});

paged('after loading, a file is verified without a network', async () => {
  const page = await open('wide');
  await page.context().setOffline(true);
  const before_ = site.asked.length;
  assert.match(await give(page, 'a.zip', made('parties-events-full.zip')), /✓ 全部相符/);
  assert.match(await give(page, 'b.txt', made('open-whole-drawn.txt')), /✓ 全部相符/);
  assert.equal(site.asked.length, before_);
  await close(page);
});

paged('with the keyboard alone: key, verify again, look up a business', async () => {
  const page = await open('wide');
  const files = unzip(made('open-events-full.zip'));
  assert.match(await give(page, 'open.zip', made('open-events-full.zip')), /公钥取自文件自身/);
  await page.focus('#verify-key');
  await page.keyboard.type(files.get('vkey').toString().trim());
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'verify-again');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !document.getElementById('verify-verdict').innerText.includes('公钥取自文件自身'));
  assert.match(await verdict(page), /✓ 全部相符/);
  const rows = files.get('selected.tsv').toString().trim().split('\n').map((line) => line.split('\t'));
  await page.focus('#verify-number');
  await page.keyboard.type(rows[0][3].toLowerCase());
  await page.keyboard.press('Enter');
  await page.waitForSelector('#verify-found dl');
  const found = await page.innerText('#verify-found');
  for (const part of [rows[0][2], rows[0][0], '入选界限', '存证路径', '名次']) assert.ok(found.includes(part), part);
  await accessible(page, 'looked up');
  await shoot(page, 'wide-look');
  await page.fill('#verify-number', '91410882MA000014XX');
  await page.click('#verify-look-form button');
  await page.waitForFunction(() => document.getElementById('verify-found').innerText.includes('91410882MA000014XX'));
  const none = await page.innerText('#verify-found');
  assert.match(none, /^91410882MA000014XX — 名单中没有这个编号\n/);
  assert.ok(!/入选界限|名次|[0-9a-f]{64}/.test(none), none);
  const ids = files.get('pool.tsv').toString().trim().split('\n').map((line) => line.split('\t')[0]);
  const next = ids.findIndex((id) => id > '91410882MA000014XX');
  assert.match(none, new RegExp(`前一行\\s+${ids[next - 1]} [\\s\\S]*后一行\\s+${ids[next]} `));
  await accessible(page, 'not in the pool');
  await shoot(page, 'wide-none');
  await page.fill('#verify-key', 'nonsense');
  await page.click('#verify-again');
  await page.waitForFunction(() => document.getElementById('verify-verdict').innerText.includes('不是日志公钥'));
  await close(page);
});

paged('a blinded pool says what the public bundle cannot show', async () => {
  const page = await open('phone', '/zh?bundle=/open/bundles/blinded-events-public.zip');
  await verdict(page);
  const id = unzip(made('blinded-events-public.zip')).get('drawn.tsv').toString().split('\n')[0].split('\t')[1];
  await page.fill('#verify-number', id);
  await page.click('#verify-look-form button');
  await page.waitForSelector('#verify-found dl');
  assert.match(await page.innerText('#verify-found'), /在抽中名单里[\s\S]*自证/);
  await page.fill('#verify-number', '//');
  await page.click('#verify-look-form button');
  await page.waitForFunction(() => document.getElementById('verify-found').innerText.includes('号码应为'));
  await close(page);
});

paged('the same page in English', async () => {
  const page = await open('wide', '/en?bundle=/open/bundles/open-events-full.zip');
  assert.match(await verdict(page), /✓ Everything is equal/);
  const text = await page.innerText('#verify');
  assert.ok(text.includes('Recomputed') && text.includes('Look up a business'));
  assert.ok(!/\{\d\}|undefined/.test(text));
  await accessible(page, 'English');
  await close(page);
});

paged('dropping a file on the page verifies it', async () => {
  const page = await open('wide');
  const data = [...made('open-whole-full.zip')];
  await page.evaluate((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.zip'));
    document.getElementById('verify-drop').dispatchEvent(
      new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, data);
  assert.match(await verdict(page), /✓ 全部相符/);
  await close(page);
});

paged('printing leaves the forms out and keeps every finding', async () => {
  const page = await open('wide', '/zh?bundle=/open/bundles/open-events-full.zip');
  await verdict(page);
  await page.emulateMedia({ media: 'print' });
  assert.ok(!(await page.isVisible('#verify-form')));
  assert.ok(await page.isVisible('#verify-verdict'));
  assert.ok((await page.$$('#verify-list > li:visible')).length > 40);
  if (shots) writeFileSync(join(shots, 'print.pdf'), await page.pdf());
  await close(page);
});

// A bundle whose pool has many lines more than what was drawn: the root does not fit, but everything
// on the way to it is done.
function large(lines) {
  const files = unzip(made('open-whole-full.zip'));
  const pool = Array.from({ length: lines }, (_, i) => `91410882MA${String(i).padStart(8, '0')}\tA低\n`).join('');
  return zip(forge(files, new Map(files).set('pool.tsv', Buffer.from(pool))));
}

paged('a pool of 100,000 lines is read while the page answers', async () => {
  const page = await open('wide');
  await page.evaluate(() => {
    window.worst = 0;
    let last = performance.now();
    const beat = () => {
      window.worst = Math.max(window.worst, performance.now() - last);
      last = performance.now();
      setTimeout(beat, 10);
    };
    beat();
  });
  const text = await give(page, 'large.zip', large(100000));
  assert.match(text, /最先不符之处：名单的根、总数与分层/);
  const worst = await page.evaluate(() => window.worst);
  console.log(`# 100,000 lines: ${/用时 ([\d.]+) 秒/.exec(text)[1]} s, page never silent for more than ${Math.round(worst)} ms`);
  await close(page);
});
