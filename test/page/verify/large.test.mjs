// A whole draw over a registry of more than 100,000 businesses, made by the program's own commands:
// the command and the page come to the same verdict on its bundles, good and tampered, the page goes
// on answering meanwhile, and a business finds itself in it.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bin, forge, havePeer, ours, run, scratch, theirs, unzip, zip } from './kit.mjs';
import { browser, serve } from './site.mjs';

const MORE = 100000; // businesses beside those of the demo county
const bundles = {}; // full and public
let chromium = null;
let site = null;

// GB 32100-2015: the eighteenth character of a number, and the ninth of the organisation code in it.
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
function uscc(i) {
  const body = `MB${[5, 4, 3, 2, 1, 0].map((k) => ALPHABET[Math.floor(i / 31 ** k) % 31]).join('')}`;
  const value = (c) => (c <= '9' ? Number(c) : c.charCodeAt(0) - 55);
  const sum = [...body].reduce((all, c, k) => all + [3, 7, 9, 10, 5, 8, 4, 2][k] * value(c), 0);
  const text = `91410882${body}${'0123456789X0'[11 - (sum % 11)]}`;
  const total = [...text].reduce((all, c, k) => all + 3 ** k % 31 * ALPHABET.indexOf(c), 0);
  return `${text}${ALPHABET[(31 - (total % 31)) % 31]}`;
}

function county() {
  const dir = scratch('large');
  const rows = ['统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,地址,行业代码,经营范围,成立日期'];
  for (let i = 0; i < MORE; i++) rows.push(`${uscc(i)},示例县第${i}商贸有限公司,企业,存续,410882,覃怀街道1号,5211,日用百货,2015-03-04`);
  writeFileSync(scratch('rows.csv'), `${rows.join('\n')}\n`);
  run(bin, ['demo', dir]);
  const sunlot = (...args) => run(bin, ['--data', dir, ...args]).trim();
  sunlot('import', 'objects', scratch('rows.csv'));
  const task = sunlot('task', 'create', '--name', '大名单', '--department', 'SCJG', '--item', 'SCJG-S0001',
    '--from', '2027-01-04', '--until', '2027-03-31', '--basis', '《企业信息公示暂行条例》第十四条',
    '--part', 'SCJG:2', '--plan-number', '1', '--plan-name', '计划', '--document', '文〔2026〕1号',
    '--type', 'undirected', '--source', 'plan', '--strata', 'kind', '--quota', '*=fixed:40');
  const number = sunlot('draw', 'commit', task, '--open', '--source', 'local');
  sunlot('draw', 'beacon', number);
  sunlot('draw', 'objects', number);
  sunlot('draw', 'teams', number, '--source', 'local');
  sunlot('draw', 'beacon', number);
  sunlot('draw', 'assign', number);
  sunlot('draw', 'disclose', number);
  for (const kind of ['full', 'public']) bundles[kind] = readFileSync(join(dir, 'bundles', `${number}-${kind}.zip`));
}

before(async () => {
  if (!havePeer) return;
  mkdirSync(scratch('site'));
  county();
  chromium = await browser();
  if (chromium) site = await serve(new Map(), {});
});

after(async () => {
  await chromium?.close();
  site?.close();
});

const options = { skip: !havePeer && 'no program here: SUNLOT_BIN' };

// Bundles with one thing wrong each, all digests and signatures made to fit again.
function tampered() {
  const files = unzip(bundles.full);
  const text = (name) => files.get(name).toString();
  const wrong = (name, from, to) => {
    const changed = text(name).replace(from, to);
    assert.ok(changed !== text(name), name);
    return zip(forge(files, new Map(files).set(name, Buffer.from(changed))));
  };
  const lines = text('pool.tsv').split('\n');
  const middle = lines[lines.length >> 1];
  const [drawn] = text('selected.tsv').split('\n').map((line) => line.split('\t')[3]);
  const missed = lines.map((line) => line.split('\t')[0]).find((id) => id.startsWith('91') && !text('selected.tsv').includes(id));
  return {
    'a line of the pool is missing': wrong('pool.tsv', `${middle}\n`, ''),
    'a number in the pool is another': wrong('pool.tsv', middle, middle.replace(/.\t/, (c) => (c[0] === '1' ? '2\t' : '1\t'))),
    'an object is drawn that was not': wrong('selected.tsv', drawn, missed),
    'a ticket is another': wrong('selected.tsv', /\t[0-9a-f]{4}/, (c) => (c === '\t0000' ? '\t0001' : '\t0000')),
    'two people exchanged': wrong('teams.tsv', /^(.*\t)(.*)\n(.*\t)(.*)\n/, '$1$4\n$3$2\n'),
  };
}

test('both agree on bundles of more than 100,000 objects, good and tampered', options, async () => {
  const lines = unzip(bundles.full).get('pool.tsv').toString().split('\n').length - 1;
  assert.ok(lines > MORE, `only ${lines} lines`);
  for (const [name, data] of Object.entries(bundles)) {
    assert.equal(theirs(data).says, 'holds', name);
    assert.equal((await ours(data)).says, 'holds', name);
  }
  for (const [name, data] of Object.entries(tampered())) {
    const they = theirs(data);
    assert.equal(they.says, 'differs', name);
    const we = await ours(data);
    assert.equal(we.says, 'differs', name);
    assert.ok(they.findings.some(([mark, check]) => mark === 'differs' && check === we.verdict.first.check), name);
  }
});

// Counts what the page's own thread does while the worker computes, and the stages that it showed.
const watch = () => {
  window.beats = 0;
  window.worst = 0;
  window.shown = new Set();
  let last = performance.now();
  const beat = () => {
    const busy = document.getElementById('verify').getAttribute('aria-busy') === 'true';
    if (busy) window.beats++;
    if (busy) window.worst = Math.max(window.worst, performance.now() - last);
    if (busy) window.shown.add(document.getElementById('verify-progress').value);
    last = performance.now();
    setTimeout(beat, 5);
  };
  beat();
};

test('the page verifies them while it goes on answering, and a business finds itself', options, async () => {
  if (!chromium) return;
  const page = await (await chromium.newContext()).newPage();
  const troubles = [];
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.goto(`${site.url}/zh`);
  await page.waitForFunction(() => document.getElementById('verify').getAttribute('aria-busy') === 'false');
  const give = async (buffer) => {
    await page.evaluate(() => document.getElementById('verify-verdict').hidden = true);
    await page.setInputFiles('#verify-file', { name: 'large.zip', mimeType: 'application/zip', buffer });
    await page.waitForFunction(() => document.getElementById('verify').getAttribute('aria-busy') === 'false' &&
      !document.getElementById('verify-verdict').hidden, null, { timeout: 120000 });
    return page.innerText('#verify-verdict');
  };
  await page.evaluate(watch);
  const text = await give(bundles.public);
  assert.match(text, /✓ 全部相符/);
  const { beats, worst, shown } = await page.evaluate(() => ({ beats: window.beats, worst: window.worst, shown: window.shown.size }));
  console.log(`# ${/用时 [\d.]+ 秒/.exec(text)[0]}; the page did ${beats} other things meanwhile, was never silent for more than ` +
    `${Math.round(worst)} ms, and showed ${shown} stages of progress`);
  assert.ok(beats >= 20, `${beats} beats: the page was frozen`);
  assert.ok(shown >= 5, `${shown} stages of progress`);
  const rows = unzip(bundles.public).get('selected.tsv').toString().trim().split('\n').map((line) => line.split('\t'));
  await page.fill('#verify-number', rows[5][3]);
  await page.click('#verify-look-form button');
  await page.waitForSelector('#verify-found dl');
  const found = await page.innerText('#verify-found');
  for (const part of [rows[5][2], rows[5][0], '入选界限', '存证路径', '名次']) assert.ok(found.includes(part), part);
  assert.match(await give(tampered()['a ticket is another']), /✗ 不符[\s\S]*最先不符之处/);
  assert.deepEqual(troubles, []);
});
