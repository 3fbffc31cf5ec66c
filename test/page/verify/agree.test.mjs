// The browser's verifier and the command come to the same verdict: on bundles that the program made
// in every kind of draw, on bundles changed in every way, and on forged ones whose digests and
// signatures all fit.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bin, dice, forge, havePeer, Log, ours, outline, run, scratch, theirs, unzip, zip } from './kit.mjs';

const bundles = new Map(); // name to bytes: of the program and of make_bundles
const proofs = new Map();
const counts = { holds: 0, differs: 0, unreadable: 0 };
const options = { skip: !havePeer && 'no program here: SUNLOT_BIN' };

// Both must say the same of bytes. Returns what they said.
async function agree(data, what, vkey = '') {
  const [we, they] = [await ours(data, vkey), theirs(data, vkey)];
  const found = JSON.stringify(we.words ?? we.verdict.first);
  assert.equal(we.says === 'holds', they.says === 'holds',
    `${what}: we say ${we.says} ${found}, they ${they.says} ${JSON.stringify(they.findings)}`);
  counts[they.says]++;
  return { we, they, says: they.says };
}

// And line by line: the same marks of the same checks and files.
async function agreeWholly(data, what, vkey = '') {
  const { we, they, says } = await agree(data, what, vkey);
  const sort = (rows) => rows.map((row) => row.join(' | ')).sort();
  assert.deepEqual(sort(outline(we)), sort(they.findings), what);
  return says;
}

// --- draws by the program's own commands ---

const sha = (data) => createHash('sha256').update(data).digest('hex');

// Sources: a source line and its part, for each round.
const witness = (name) => (round) => {
  const nonce = Buffer.from(sha(`${name}${round}`), 'hex');
  return [`witness ${name} ${sha(nonce)}`, `witness:${name}:${nonce.toString('hex')}`];
};
const rolled = (n) => (round) => {
  const values = Array.from({ length: n }, (_, i) => `${(i * 7 + round) % 10}.`).join('');
  return [`dice 10 ${n}`, `dice:10x${n}:${values}`];
};
const lottery = () => [
  'lottery cwl-kl8 2026100 unordered 20',
  `lottery:cwl-kl8:2026100:${Array.from({ length: 20 }, (_, i) => `${i + 3}.`).join('')}`,
];
const quicknet = '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
// hours ahead, and the same however often it is asked for
const ahead = Math.floor((Date.now() / 1000 - 1692803367) / 3) + 10000;
const drand = (round) => {
  const number = ahead + round;
  return [`drand ${quicknet} ${number}`, `drand:${quicknet}:${number}:${'ab'.repeat(48)}`];
};
const local = () => ['local', null];

const draws = [
  { strata: 'none', quotas: ['*=fixed:20'], form: '--open', sources: [local], abort: 0 },
  { strata: 'none', quotas: ['*=fixed:20'], form: '--sealed', sources: [witness('人大代表')], abort: 2 },
  { strata: 'kind', quotas: ['*=systematic:1%'], form: '--open', sources: [rolled(20)], events: true },
  { strata: 'kind', quotas: ['*=ceil:1%'], form: '--sealed', sources: [witness('甲'), lottery, drand], events: true },
  { strata: 'risk', quotas: ['A=ceil:1%', 'B=ceil:2%', '*=ceil:3%'], form: '--sealed',
    sources: [witness('甲'), witness('乙')], events: true },
];

// Takes one draw to its end; plan.abort: how many beacons it lives to see.
function draw(sunlot, plan) {
  const made = (round) => plan.sources.map((source) => source(round));
  const asked = (round) => made(round).flatMap(([source]) => ['--source', source]);
  const beacon = (round) => {
    const parts = made(round).map(([, part]) => part).filter(Boolean);
    const again = parts.filter((part) => part.startsWith('dice'));
    sunlot('draw', 'beacon', number, ...parts.flatMap((p) => ['--part', p]), ...again.flatMap((p) => ['--again', p]));
  };
  const task = sunlot('task', 'create', '--name', '核验', '--department', 'SCJG', '--item', 'SCJG-S0001',
    '--from', '2027-01-04', '--until', '2027-03-31', '--basis', '《企业信息公示暂行条例》第十四条',
    '--part', 'SCJG:2', '--plan-number', '1', '--plan-name', '计划', '--document', '文〔2026〕1号',
    '--type', 'undirected', '--source', 'plan', '--strata', plan.strata,
    ...plan.quotas.flatMap((quota) => ['--quota', quota]));
  const number = sunlot('draw', 'commit', task, plan.form, ...asked(1));
  const nth = (i) => sunlot('draw', 'show', number).split('\n').find((line) => line.startsWith(`  ${i}. `)).split(' ')[3];
  const give = () => sunlot('draw', 'abort', number, '--reason', '检查任务取消');
  if (plan.abort !== 0) {
    beacon(1);
    sunlot('draw', 'objects', number);
    if (plan.events) sunlot('draw', 'skip', number, '--object', nth(2), '--reason', '已注销');
    sunlot('draw', 'teams', number, ...asked(2));
    beacon(2);
    sunlot('draw', 'assign', number);
  }
  if (plan.events) {
    sunlot('draw', 'refill', number, '--leaving', `${nth(3)}|SCJG|1=生病`, ...asked(3));
    beacon(3);
    sunlot('draw', 'assign', number);
    sunlot('draw', 'skip', number, '--object', nth(4), '--reason', '迁往外地');
  }
  if (plan.abort !== undefined) {
    give();
    return { number };
  }
  sunlot('draw', 'disclose', number);
  return { number, object: nth(1) };
}

// The demo county, its waiting draw disclosed, and five draws more.
function programBundles() {
  const dir = scratch('county');
  run(bin, ['demo', dir]);
  const sunlot = (...args) => run(bin, ['--data', dir, ...args]).trim();
  for (const line of sunlot('draw', 'list').split('\n'))
    if (!line.includes('已公开')) sunlot('draw', 'disclose', line.split('\t')[0]);
  draws.forEach((plan, i) => {
    const { number, object } = draw(sunlot, plan);
    if (plan.abort !== undefined) return;
    for (const id of [object, ...(plan.strata === 'risk' ? [] : ['91410882MA0004534A'])]) {
      sunlot('export', 'proof', scratch('proof'), '--draw', number, '--object', id);
      proofs.set(`${i}-${id}.txt`, readFileSync(scratch('proof')));
    }
  });
  const folder = join(dir, 'bundles');
  for (const file of readdirSync(folder)) bundles.set(file, readFileSync(join(folder, file)));
}

// Draws whose log the test holds, honest and not.
function madeBundles() {
  const folder = scratch('made');
  mkdirSync(folder);
  run(process.env.SUNLOT_MAKE_BUNDLES, [folder]);
  for (const file of readdirSync(folder))
    (file.endsWith('.zip') ? bundles : proofs).set(file, readFileSync(join(folder, file)));
}

before(() => {
  if (!havePeer) return;
  programBundles();
  madeBundles();
});

after(() => console.log(`# compared: ${JSON.stringify(counts)}`));

const isCheat = (name) => name.startsWith('cheat');

test('every bundle of every kind of draw: both agree line by line', options, async () => {
  for (const [name, data] of bundles) {
    const says = await agreeWholly(data, name);
    if (!isCheat(name)) assert.equal(says, 'holds', name);
  }
  const full = [...bundles.keys()].filter((name) => isCheat(name) && name.endsWith('full.zip'));
  assert.ok(full.length >= 30);
  for (const name of full) assert.equal((await ours(bundles.get(name))).says, 'differs', name);
});

test('own proofs: both agree line by line', options, async () => {
  for (const [name, data] of proofs) {
    const says = await agreeWholly(data, name);
    if (!isCheat(name)) assert.equal(says, 'holds', name);
  }
});

test('the reader\'s key: the right one holds, another one and no key do not', options, async () => {
  const [[name, data]] = bundles;
  const files = unzip(data);
  const key = files.get('vkey').toString().trim();
  assert.equal(await agreeWholly(data, name, key), 'holds');
  assert.equal((await agree(data, name, new Log().vkey)).says, 'differs');
  assert.equal((await agree(data, name, `${key}x`)).says, 'unreadable');
  const [[, proof]] = proofs;
  assert.equal((await agree(proof, 'proof', new Log().vkey)).says, 'differs');
  for (const text of ['', 'x\n', `${key}\n${key}\n`, key])
    assert.equal((await agree(zip(new Map(files).set('vkey', Buffer.from(text))), text)).says, 'differs');
});

// A few bundles of different form that are changed below.
const samples = () => ['open-events-full.zip', 'sealed-events-public.zip', 'parties-blinded-events-full.zip',
  'blinded-events-public.zip', 'local-whole-full.zip', 'sealed-abort2-full.zip', 'parties-abort1-public.zip']
  .map((name) => [name, unzip(bundles.get(name))]);

const changed = (files, name, data) => zip(new Map(files).set(name, data), { deflate: 'none' });

test('a changed byte in any file is found by both', options, async () => {
  const roll = dice(1);
  for (const [bundle, files] of samples())
    for (const [name, data] of files)
      for (let i = 0; i < 2; i++) {
        const copy = Buffer.from(data);
        const at = i === 0 ? copy.length - 1 : roll(copy.length);
        copy[at] ^= 1 << roll(8);
        const { says } = await agree(changed(files, name, copy), `${bundle} ${name} byte ${at}`);
        if (!bundle.includes('abort')) assert.equal(says, 'differs'); // else no entry fixes the list
      }
});

test('a file cut short, made longer, emptied, missing or renamed is found by both', options, async () => {
  for (const [bundle, files] of samples())
    for (const [name, data] of files) {
      const without = new Map(files);
      without.delete(name);
      const cases = [changed(files, name, data.subarray(0, -1)), changed(files, name, Buffer.alloc(0)),
        changed(files, name, Buffer.concat([data, Buffer.from('x\n')])), zip(without),
        zip(new Map(without).set(`${name}0`, data))];
      for (const [i, bytes] of cases.entries()) await agree(bytes, `${bundle} ${name} case ${i}`);
    }
});

test('files exchanged within a bundle or taken from another draw are found by both', options, async () => {
  const all = samples();
  const roll = dice(2);
  for (const [bundle, files] of all) {
    const names = [...files.keys()];
    for (let i = 0; i < 12; i++) {
      const [a, b] = [names[roll(names.length)], names[roll(names.length)]];
      await agree(zip(new Map(files).set(a, files.get(b)).set(b, files.get(a))), `${bundle} ${a} for ${b}`);
    }
    for (const [other, theirs_] of all)
      for (const part of [/^entries\//, /^(entries|proofs)\//, /tsv$/, /^(FULL|PUBLIC)$/]) {
        const mixed = new Map(files);
        for (const [name, data] of theirs_) if (part.test(name)) mixed.set(name, data);
        await agree(zip(mixed), `${bundle} with ${part} of ${other}`);
      }
  }
});

test('packing the same files anew changes nothing', options, async () => {
  for (const [bundle, files] of samples())
    for (const list of [files, new Map([...files].reverse())])
      for (const deflate of ['all', 'none'])
        assert.equal((await agree(zip(list, { deflate, comment: 'x' }), bundle)).says, 'holds');
});

test('odd archives: both refuse the same', options, async () => {
  const [[, files]] = samples();
  const data = zip(files);
  const list = [...files];
  const [[name]] = list;
  const names = ['../a', '/a', 'a\\b', 'a\u0001', 'C:a', 'a//b', './a', 'a/', '\xff', 'a\xe2\x80\xae', 'entries/x'];
  const cases = {
    cut: data.subarray(0, -1), begin: data.subarray(1), prefix: Buffer.concat([Buffer.from('PK'), data]),
    behind: Buffer.concat([data, Buffer.from('x')]), empty: Buffer.alloc(0), short: Buffer.from('PK'),
    none: zip([]), twice: zip([...list, list[0]]), half: data.subarray(0, data.length >> 1),
    bomb: zip([...list, ['beacons/9.txt', Buffer.alloc(3 << 20)]]),
    encrypted: zip(list, { odd: { [name]: { flags: 1 } } }), strong: zip(list, { odd: { [name]: { flags: 0x40 } } }),
    utf8: zip(list, { odd: { [name]: { flags: 0x800 } } }), method: zip(list, { odd: { [name]: { method: 12 } } }),
    stored: zip(list, { odd: { [name]: { method: 0 } } }), crc: zip(list, { odd: { [name]: { crc: 7 } } }),
    size: zip(list, { odd: { [name]: { size: 7 } } }), longer: zip(list, { odd: { [name]: { size: 1 << 16 } } }),
    packed: zip(list, { odd: { [name]: { packed: 7 } } }), zip64: zip(list, { odd: { [name]: { size: 0xffffffff } } }),
    offset: zip(list, { odd: { [list[1][0]]: { offset: 0 } } }), beyond: zip(list, { odd: { [name]: { offset: 1 << 30 } } }),
    ...Object.fromEntries(names.map((odd) => [odd, zip([...list, [odd, Buffer.from('x')]])])),
  };
  for (const [what, bytes] of Object.entries(cases)) await agree(bytes, `zip ${what}`);
});

test('a changed byte anywhere in the archive: both agree', options, async () => {
  const [[, files]] = samples();
  const data = zip(files);
  const roll = dice(3);
  for (let i = 0; i < 160; i++) {
    const copy = Buffer.from(data);
    const at = i % 2 ? roll(copy.length) : copy.length - 1 - roll(2000);
    copy[at] ^= 1 << roll(8);
    await agree(copy, `archive byte ${at} now ${copy[at]}`);
  }
});

test('a changed byte in an own proof: both agree', options, async () => {
  const roll = dice(4);
  for (const name of ['open-whole-drawn.txt', 'open-whole-absent.txt', 'blinded-events-last.txt', 'parties-whole-drawn.txt'])
    for (let i = 0; i < 60; i++) {
      const copy = Buffer.from(proofs.get(name));
      const at = roll(copy.length);
      copy[at] = i % 3 ? copy[at] ^ (1 << roll(8)) : copy[roll(copy.length)];
      await agree(copy, `${name} byte ${at} now ${copy[at]}`);
    }
});

// --- forged bundles ---

const text = (data) => data.toString('latin1').split('\n').slice(0, -1);
const whole = (lines) => Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');

// Ways to change one text so that it stays a text.
const changes = {
  drop: (lines, roll) => lines.splice(roll(lines.length), 1),
  repeat: (lines, roll) => lines.push(lines[roll(lines.length)]),
  twin: (lines, roll) => lines.splice(roll(lines.length), 0, lines[roll(lines.length)]),
  swap: (lines, roll) => {
    const [a, b] = [roll(lines.length), roll(lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  },
  word: (lines, roll) => {
    const [a, b] = [roll(lines.length), roll(lines.length)];
    const other = lines[b].split(/[ \t]/);
    const words = lines[a].split(/([ \t])/);
    words[2 * roll((words.length + 1) >> 1)] = other[roll(other.length)];
    lines[a] = words.join('');
  },
  digit: (lines, roll) => {
    const at = roll(lines.length);
    lines[at] = lines[at].replace(/\d(?=\D*$)/, (d) => (Number(d) + 1) % 10);
  },
  zero: (lines, roll) => {
    const at = roll(lines.length);
    lines[at] = lines[at].replace(/(\d+)(\D*)$/, '0$1$2');
  },
  blank: (lines, roll) => {
    const at = roll(lines.length);
    lines[at] += [' ', '\t', '\r', '\xc2\x85', '\xff', ''][roll(6)];
  },
  empty: (lines) => lines.splice(0),
};

test('forged bundles that change nothing hold', options, async () => {
  for (const [bundle, files] of samples())
    assert.equal((await agree(zip(forge(files, files)), bundle)).says, 'holds', bundle);
});

test('forged bundles whose digests and signatures fit: both agree', options, async () => {
  const roll = dice(5);
  const log = new Log();
  let held = 0;
  for (const [bundle, files] of samples()) {
    const names = [...files.keys()].filter((name) => !/^(proofs\/|vkey|files\.tsv|private\.tsv|VERIFY)/.test(name));
    for (let i = 0; i < 45; i++) {
      const name = names[roll(names.length)];
      const kind = Object.keys(changes)[roll(9)];
      const lines = text(files.get(name));
      changes[kind](lines, roll);
      const forged = forge(files, new Map(files).set(name, whole(lines)), log);
      const { says } = await agree(zip(forged, { deflate: 'none' }), `forged ${bundle} ${name} ${kind} ${i}`);
      held += says === 'holds';
    }
  }
  console.log(`# forged: ${held} of 315 hold`);
});

// Changes files of a sample by patterns ([name, from, to]), takes one out ([name]) or puts one in
// ([name, text]), and forges the rest.
function forgedWith(bundle, changes_, log) {
  const files = unzip(bundles.get(bundle));
  const copy = new Map(files);
  for (const [name, from, to] of changes_) {
    if (to === undefined) {
      if (from === undefined) copy.delete(name);
      else copy.set(name, Buffer.from(from));
      continue;
    }
    const now = files.get(name).toString('latin1').replace(from, to);
    assert.notEqual(now, files.get(name).toString('latin1'), `${bundle} ${name}`);
    copy.set(name, Buffer.from(now, 'latin1'));
  }
  return zip(forge(files, copy, log));
}

test('forgeries that one check alone can find are found by both', options, async () => {
  const other = 'f'.repeat(64);
  const cases = [
    ['blinded-events-public.zip', ['drawn.tsv', /^.*\n/, '']],
    ['blinded-events-public.zip', ['drawn.tsv', /^[0-9a-f]{8}/, '00000000']],
    ['open-events-full.zip', ['entries/02-beacon', 'round 1', 'round 2']],
    ['open-events-full.zip', ['entries/05-teams', 'round 2', 'round 3']],
    ['open-events-full.zip', ['skip-1.tsv', /^\w+/, '91410882MA999999AB']],
    ['open-events-full.zip', ['teams.tsv', /R(\d)\n$/, (_, n) => `R${n === '1' ? 2 : 1}\n`]],
    ['open-events-full.zip', ['round-3/teams.tsv', /R(\d)\n$/, (_, n) => `R${n === '1' ? 2 : 1}\n`]],
    ['open-events-full.zip', ['round-3/leaving.tsv', /\tR\d\t/, '\tR9\t']],
    ['open-events-full.zip', ['inspectors.tsv', /\t\d+\n/, '\t0\n']],
    ['open-events-full.zip', ['eligible.tsv', /^.*\n/, '']],
    ['open-events-full.zip', ['selected.tsv', /\n[^\n]*\n$/, '\n']],
    ['open-events-full.zip', ['pool.tsv', /^\w+/, '00000000000000000X']],
    ['sealed-whole-full.zip', ['entries/07-disclosure', /secret \w{64}/, `secret ${other}`], ['secret', /^\w{64}/, other]],
    ['sealed-whole-full.zip', ['entries/01-commitment', /disclose-by \S+/, 'disclose-by 2026-06-01T07:47:00Z']],
    ['parties-whole-full.zip', ['secret', /^(\w+)\n(\w+)\n/, '$2\n$1\n'],
      ['entries/07-disclosure', /secret (\w+)\nsecret (\w+)\n/, 'secret $2\nsecret $1\n']],
    ['blinded-whole-full.zip', ['pool-key', /^\w{64}/, other]],
    ['blinded-whole-full.zip', ['strata.tsv', /\nS1\t/, '\nS0\t']],
    ['blinded-whole-full.zip', ['FULL', 'pool blinded', 'pool plain']],
    ['sealed-abort2-full.zip', ['FULL', 'end abort', 'end disclosure']],
    ['blinded-whole-public.zip', ['PUBLIC', '\nwithout pool-key', '\nwithout drawn.tsv\nwithout pool-key'], ['drawn.tsv']],
    ['sealed-whole-public.zip', ['PUBLIC', '\nwithout inspectors.tsv', '\nwithout inspectors.tsv\nwithout teams.tsv']],
    ['sealed-whole-public.zip', ['PUBLIC', '\nwithout inspectors.tsv', '']],
    ['blinded-whole-public.zip', ['PUBLIC', '\nwithout strata.tsv', ''],
      ['strata.tsv', `# salt ${other}\nS1\tA\nS2\tB\nS3\tC\nX1\tD\n`]],
    ['open-whole-full.zip', ['seats.tsv']],
    ['open-whole-full.zip', ['beacons/1.txt']],
    ['open-whole-full.zip', ['beacons/7.txt', 'part local:x\n']],
  ];
  for (const [bundle, ...list] of cases) {
    const { says } = await agree(forgedWith(bundle, list), `${bundle} ${JSON.stringify(list.map(String))}`);
    const extra = list[0][0] === 'beacons/7.txt'; // listed, so no stranger, and nobody asks for it
    assert.equal(says, extra ? 'holds' : 'differs', `${bundle} ${list}`);
  }
});

test('checkpoints that another log, key or order wrote are refused by both', options, async () => {
  const bundle = 'open-whole-full.zip';
  const files = unzip(bundles.get(bundle));
  const flawed = (change) => {
    const log = new Log();
    const right = log.checkpoint.bind(log);
    log.checkpoint = (...args) => change(right(...args), log, args);
    return log;
  };
  const otherOrigin = (note, log, args) => {
    const { name } = log;
    Object.assign(log, { name: 'other.example/log' });
    const body = Log.prototype.checkpoint.apply(log, args).split('\n\n')[0];
    Object.assign(log, { name });
    return log.signed(`${body}\n`, args[2]);
  };
  const flaws = {
    none: (note) => note,
    origin: otherOrigin,
    extension: (note, log, [size, root, time]) => log.signed(`${log.name}\n${size}\n${root.toString('base64')}\nmore\n`, time),
    size: (note, log, [size, root, time]) => log.signed(`${log.name}\n0${size}\n${root.toString('base64')}\n`, time),
    swapped: (note) => note.replace(/(— .*\n)(— .*\n)$/, '$2$1'),
    single: (note) => note.replace(/— .*\n$/, ''),
    third: (note) => note + note.split('\n\n')[1].split('\n')[0] + '\n',
    stranger: (note) => `${note}— w.example AAAAAAAAAAAA\n`,
    later: (note, log, [size, root, time]) => Log.prototype.checkpoint.call(log, size, root, 2 * 1780000000 - time),
  };
  for (const [what, change] of Object.entries(flaws)) {
    const { says } = await agree(zip(forge(files, files, flawed(change))), `checkpoint: ${what}`);
    assert.equal(says, what === 'none' ? 'holds' : 'differs', what);
  }
});

test('own proofs with a false object, answer or neighbour are refused by both', options, async () => {
  const edit = async (name, from, to) => {
    const text = proofs.get(name).toString();
    const now = text.replace(from, to);
    assert.notEqual(now, text, `${name} ${from}`);
    assert.notEqual((await agree(Buffer.from(now), `${name} ${from} ${to}`)).says, 'holds');
  };
  const absent = 'open-whole-absent.txt';
  const [, before_] = /^before (\w+)/m.exec(proofs.get(absent).toString());
  const [, after_] = /^after (\w+)/m.exec(proofs.get(absent).toString());
  for (const id of [before_, after_, '0', 'Z', `${before_}.`.slice(0, 3)]) await edit(absent, /^object .*/m, `object ${id}`);
  await edit(absent, /^before .*\n(before-path .*\n)*/m, '');
  await edit(absent, /^after .*\n(after-path .*\n)*/m, '');
  await edit(absent, /^next (\d+)/m, (_, n) => `next ${Number(n) + 1}`);
  await edit(absent, /^answer absent/m, 'answer present');
  for (const name of ['open-whole-drawn.txt', 'blinded-whole-drawn.txt', 'parties-events-drawn.txt']) {
    await edit(name, /^drawn \d+/m, 'drawn no');
    await edit(name, /^drawn \d+/m, 'drawn 0');
    await edit(name, /^drawn \d+/m, 'drawn 99');
    await edit(name, /^quota (\d+)/m, (_, n) => `quota ${Number(n) + 1}`);
    await edit(name, /^cutoff .*/m, `cutoff ${'0'.repeat(64)}`);
    await edit(name, /^index (\d+)/m, (_, n) => `index ${Number(n) + 1}`);
    await edit(name, /^path .*\n/m, '');
  }
  await edit('open-whole-last.txt', /^line (\w+)\t.*/m, 'line $1\tA低');
  await edit('blinded-whole-drawn.txt', /^nonce .*\n/m, '');
});
