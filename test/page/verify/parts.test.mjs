// The parts of the verifier against published and independent vectors, and its words.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dice, forge, library, ours, run, scratch, shared, unzip, words, zip } from './kit.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const ui = join(here, '../../../ui/verify');
const { bytes, hex, isUtf8, number, str, unbase64, unhex, encode } = await library('bytes.js');
const { sha256, hmac, hmacKey } = await library('sha256.js');
const { included, leafHash, rootOf, Tree } = await library('merkle.js');
const { parseCommitment, headOf } = await library('entry.js');
const { quotas } = await library('quota.js');
const { chain, chainEnds, salt, seedOf, Tickets } = await library('seed.js');
const { checkPool, readPool } = await library('pool.js');
const { assign, refill, Short } = await library('assign.js');
const { parseRoster, writeTeams } = await library('roster.js');
const { parseKey } = await library('note.js');
const { checkPart, drandTime, millibits, parseSources } = await library('source.js');
const { isId, isName, isText, Lines, time, timeText } = await library('text.js');
const { fileNameOk, mayKeep } = await library('list.js');
const { openZip } = await library('zip.js');
const { look } = await library('look.js');
const { verify } = await library('verify.js');

const peer = (data) => createHash('sha256').update(data).digest('hex');

test('SHA-256 and HMAC agree with OpenSSL at every length', () => {
  const data = Uint8Array.from({ length: 300 }, (_, i) => (i * 89) & 255);
  for (let n = 0; n < data.length; n++) {
    const part = data.subarray(0, n);
    assert.equal(hex(sha256(part)), peer(part));
    const key = data.subarray(300 - Math.min(n, 64));
    assert.equal(hex(hmac(hmacKey(key), part)), createHmac('sha256', key).update(part).digest('hex'));
  }
  const large = new Uint8Array(1 << 20).fill(7);
  assert.equal(hex(sha256(large)), peer(large));
});

test('numbers, hex and base64 are read in one spelling only', () => {
  assert.equal(number('18446744073709551615'), 2n ** 64n - 1n);
  for (const bad of ['', '01', '-1', '+1', ' 1', '1 ', '18446744073709551616', '1e3', '１', '0x1'])
    assert.equal(number(bad), null, bad);
  assert.deepEqual(unhex('00ff', 2), new Uint8Array([0, 255]));
  for (const bad of ['00FF', '00f', '00ff00', '0g00', '']) assert.equal(unhex(bad, 2), null, bad);
  for (let n = 0; n < 40; n++) {
    const data = Buffer.from(Array.from({ length: n }, (_, i) => (i * 37 + n) & 255));
    assert.deepEqual(Buffer.from(unbase64(data.toString('base64'))), data);
  }
  for (const bad of ['AA', 'AA=', 'AB==', 'AAB=', 'AA==\n', 'A===', '====', 'AA==AAAA', 'AA-_', 'A\u0101=='])
    assert.equal(unbase64(bad), null, bad);
});

test('texts: UTF-8 without control characters, names without blanks, ids, times', () => {
  assert.ok(isText(encode('示例 县')) && isName(encode('示例县')) && !isName(encode('示例 县')));
  for (const bad of ['', '\t', '\x7f', '\xc2\x80', '\xff', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe4\xb8'])
    assert.ok(!isText(bad), hex(bytes(bad)));
  for (const blank of [' ', '\u00a0', '\u3000']) assert.ok(!isName(encode(`a${blank}b`)));
  assert.ok(isUtf8('\xef\xbb\xbf', /x/) && isText('x'.repeat(1024)) && !isText('x'.repeat(1025)));
  assert.ok(isId('91410882MA0004534G') && isId('A-.9') && !isId('a') && !isId('') && !isId('A\n') && !isId('A'.repeat(65)));
  assert.equal(time('2026-03-02T01:00:00Z'), BigInt(Date.UTC(2026, 2, 2, 1) / 1000));
  assert.equal(timeText(1772413200n), '2026-03-02T01:00:00Z');
  for (const bad of ['2026-02-30T00:00:00Z', '2026-03-02T24:00:00Z', '2026-03-02T01:00:60Z', '2026-3-2T01:00:00Z',
    '0000-01-01T00:00:00Z', '2026-03-02T01:00:00+00:00', '2026-03-02 01:00:00Z'])
    assert.equal(time(bad), null, bad);
});

test('names of files: only those that a bundle has', () => {
  for (const good of ['FULL', 'pool.tsv', 'beacons/1.txt', 'beacons/10.txt', 'skip-2.tsv', 'round-3/teams.tsv', 'round-12/leaving.tsv'])
    assert.ok(fileNameOk(good), good);
  for (const bad of ['full', 'beacons/01.txt', 'beacons/0.txt', 'skip-.tsv', 'round-2/teams.tsv', 'round-3/seats.tsv', 'x', '', 'pool.tsv\n'])
    assert.ok(!fileNameOk(bad), bad);
  assert.ok(mayKeep('teams.tsv', false) && mayKeep('pool.tsv', true) && !mayKeep('pool.tsv', false) && !mayKeep('drawn.tsv', true));
});

test('inclusion proofs of the published vectors', () => {
  const vectors = shared('vectors/merkle_rfc6962.json');
  if (!vectors) return;
  let run_ = 0;
  for (const v of vectors.inclusion) {
    const of = (text) => new Uint8Array(Buffer.from(text ?? '', 'base64'));
    if (v.leafIdx < 0 || !Number.isSafeInteger(v.treeSize)) continue;
    const path = (v.proof ?? []).map(of);
    const [leaf, root] = [of(v.leafHash), of(v.root)];
    const ok = leaf.length === 32 && path.every((hash) => hash.length === 32) &&
      included(leaf, BigInt(v.leafIdx), BigInt(v.treeSize), path, root);
    assert.equal(ok, !v.wantErr, `${v.file}: ${v.desc}`);
    run_++;
  }
  assert.ok(run_ > 50);
});

test('a tree gives the path that proves each of its leaves', () => {
  for (let size = 1; size < 40; size++) {
    const leaves = Array.from({ length: size }, (_, i) => bytes(`leaf ${i}`));
    const root = rootOf(leaves);
    for (let wanted = 0; wanted < size; wanted++) {
      const tree = new Tree(wanted);
      for (const leaf of leaves) tree.add(leafHash(leaf));
      assert.deepEqual(tree.root(), root);
      const proves = (path) => included(leafHash(leaves[wanted]), BigInt(wanted), BigInt(size), path, root);
      assert.ok(proves(tree.path));
      assert.ok(!proves([...tree.path, root]) && !(size > 1 && proves(tree.path.slice(1))));
    }
  }
});

test('a log written by another program has the root that its checkpoint says', () => {
  const base = join(process.env.SUNLOT_SHARED ?? '', 'vectors/tessera_testlog');
  if (!process.env.SUNLOT_SHARED || !existsSync(base)) return console.log('# no tessera log here');
  const [, size, root] = readFileSync(join(base, 'checkpoint'), 'utf8').split('\n');
  const tile = readFileSync(join(base, `tile/entries/000.p/${size}`));
  const leaves = [];
  for (let at = 0; at < tile.length; at += 2 + tile.readUInt16BE(at)) leaves.push(tile.subarray(at + 2, at + 2 + tile.readUInt16BE(at)));
  assert.equal(String(leaves.length), size);
  assert.equal(Buffer.from(rootOf(leaves)).toString('base64'), root);
  assert.ok(parseKey(readFileSync(join(base, 'vkey.txt'), 'utf8').trim()));
});

test('verifier keys: the published ones are read, the bad ones refused', () => {
  const vectors = shared('vectors/signed_note.json');
  if (!vectors) return;
  for (const { vkey } of vectors.notes) assert.equal(parseKey(vkey)?.text, vkey);
  for (const bad of vectors.must_reject_vkeys) assert.equal(parseKey(bad), null);
  const [{ vkey }] = vectors.notes;
  for (const bad of ['', vkey.slice(1), vkey.toUpperCase(), vkey.replace('+', ''), vkey.replace('=', '')])
    assert.equal(parseKey(bad === vkey ? '' : bad), null, bad);
});

test('one-time codes and their values as the draft of verifiable random selection prints them', () => {
  const v = shared('vectors/vrs_bikeshed.json');
  if (!v) return;
  assert.deepEqual(v.chain_hex.slice(1).map((_, i) => hex(chain(bytes(v.secret), i + 1))), v.chain_hex.slice(1));
  for (const { otp, prk, positions } of [v.round1, v.round2]) {
    assert.equal(hex(hmac(hmacKey(unhex(otp, 32)), bytes(v.randomness))), prk);
    for (const [label, value] of Object.entries(positions)) assert.equal(new Tickets(unhex(prk, 32)).hex(label), value);
  }
});

test('the worked draws: commitment, seed, quotas, pool and selection', () => {
  const draws = shared('draw/vectors/draws.json');
  if (!draws) return;
  for (const v of draws) {
    const text = encode(v.commitment);
    assert.equal(hex(leafHash(bytes(text))), v.commitment_leaf, v.name);
    const c = parseCommitment(text);
    assert.equal(headOf(text).number, c.number);
    const secrets = v.secret ? [unhex(v.secret, 32)] : [];
    if (v.secret) assert.ok(chainEnds(c.codes[0], secrets[0]));
    if (v.code_1) assert.equal(hex(salt(c.codes, secrets, 1)), v.code_1);
    c.sources.forEach((source, i) => checkPart(source, encode(v.parts[i])));
    const seed = seedOf(salt(c.codes, secrets, 1), leafHash(bytes(text)), v.parts.map(encode));
    assert.equal(hex(seed), v.seed_1);
    const tickets = new Tickets(seed);
    for (const [id, ticket] of Object.entries(v.tickets)) assert.equal(tickets.hex(`object:${id}`), ticket);
    const made = quotas(c.strata, tickets.bytes('rounding'));
    const rooms = new Map(c.strata.map(({ name }, i) => [name, Number(made[i])]));
    for (const [name, quota] of rooms) assert.equal(quota, v.quotas[str(Buffer.from(Buffer.from(name, 'latin1'))) && Buffer.from(name, 'latin1').toString()]);
    const data = bytes(encode(v.pool.map(([id, stratum]) => `${id}\t${stratum}\n`).join('')));
    const key = v.pool_key ? hmacKey(unhex(v.pool_key, 32)) : null;
    const pool = readPool(data, { key, seed, rooms, tick() {} });
    checkPool(pool, c);
    const selected = c.strata.flatMap(({ name }) =>
      pool.kept.get(name).sorted().map(({ ticket, id }, i) => [Buffer.from(name, 'latin1').toString(), i + 1, ticket, id]));
    assert.deepEqual(selected, v.selected, v.name);
  }
});

// A roster of a case, through the files as a bundle has them.
function rosterOf(v) {
  const lines = (rows) => encode(rows.map((row) => `${row.join('\t')}\n`).sort().join(''));
  const people = Object.entries(v.inspectors).map(([id, { base, cap }]) => [id, base, cap]);
  return parseRoster(lines(v.seats), lines(people), lines(v.eligible));
}

test('the worked assignments: teams, loads, and who is missing where none exists', () => {
  const cases = shared('draw/vectors/assignments.json');
  if (!cases) return;
  for (const v of cases) {
    const roster = rosterOf(v);
    if (v.infeasible) {
      assert.throws(() => assign(roster, unhex(v.seed, 32)), (error) => {
        assert.ok(error instanceof Short);
        assert.deepEqual(error.seats.map((i) => roster.seats[i].id), [...v.infeasible.seats].sort(), v.name);
        assert.deepEqual(error.people.map((i) => roster.inspectors[i].id), [...v.infeasible.inspectors].sort());
        return true;
      });
      continue;
    }
    const { people, loads } = assign(roster, unhex(v.seed, 32));
    const teams = Object.fromEntries(writeTeams(roster, people).trim().split('\n').map((line) => line.split('\t')));
    assert.deepEqual(teams, v.teams, v.name);
    const held = Object.fromEntries(loads.map((n, i) => [roster.inspectors[i].id, n]).filter(([, n]) => n > 0));
    assert.deepEqual(held, v.loads, v.name);
  }
});

// The protocol's two steps by trying everything: the slow truth for small cases.
function slowAssign(roster, seed) {
  const tickets = new Tickets(seed);
  const { seats, inspectors, pairs } = roster;
  const may = seats.map((_, s) => pairs.filter(([, seat]) => seat === s).map(([person]) => person));
  const fillings = [];
  const walk = (s, people) => {
    if (s === seats.length) return void fillings.push(people);
    for (const person of may[s])
      if (!people.some((p, i) => p === person && seats[i].object === seats[s].object)) walk(s + 1, [...people, person]);
  };
  walk(0, []);
  const loadsOf = (people) => inspectors.map((_, i) => people.filter((p) => p === i).length);
  const possible = fillings.map(loadsOf).filter((loads) => loads.every((n, i) => n <= inspectors[i].cap));
  if (possible.length === 0) return null;
  const x = inspectors.map(() => 0);
  const active = new Set(inspectors.map((_, i) => i).filter((i) => inspectors[i].cap > 0));
  const servable = (loads) => possible.some((full) => full.every((n, i) => n >= loads[i]));
  while (x.reduce((a, b) => a + b, 0) < seats.length) {
    const keyOf = (i) => {
      const level = inspectors[i].base + x[i];
      return [String(level).padStart(6, '0'), tickets.hex(`load|${level}|${inspectors[i].id}`), inspectors[i].id].join(' ');
    };
    const next = [...active].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))[0];
    const more = x.map((n, i) => n + (i === next ? 1 : 0));
    if (x[next] < inspectors[next].cap && servable(more)) x[next]++;
    else active.delete(next);
  }
  let left = fillings.filter((people) => loadsOf(people).every((n, i) => n === x[i]));
  const turns = seats.map((_, s) => s).sort((a, b) => (tickets.hex(`seat|${seats[a].id}`) < tickets.hex(`seat|${seats[b].id}`) ? -1 : 1));
  for (const s of turns) {
    const ticket = (i) => tickets.hex(`pair|${seats[s].id}|${inspectors[i].id}`);
    const best = [...new Set(left.map((people) => people[s]))].sort((a, b) => (ticket(a) < ticket(b) ? -1 : 1))[0];
    left = left.filter((people) => people[s] === best);
  }
  return left[0];
}

test('assignments by augmenting paths are those of trying everything, in 400 small cases', () => {
  const roll = dice(11);
  let infeasible = 0;
  for (let n = 0; n < 400; n++) {
    const seats = [];
    for (let o = 0; o < 3; o++) for (let k = 1; k <= 1 + roll(3); k++) seats.push([`A${o}|D|${k}`, `A${o}`]);
    const inspectors = Object.fromEntries(Array.from({ length: 2 + roll(4) }, (_, i) => [`P${i}`, { base: roll(3), cap: roll(4) }]));
    const eligible = Object.keys(inspectors).flatMap((id) => seats.filter(() => roll(10) < 7).map(([seat]) => [id, seat]));
    const seed = sha256(bytes(`case ${n}`));
    const roster = rosterOf({ seats, inspectors, eligible });
    const truth = slowAssign(roster, seed);
    infeasible += truth === null;
    if (truth) assert.deepEqual(assign(roster, seed).people, truth, `case ${n}`);
    else assert.throws(() => assign(roster, seed), Short, `case ${n}`);
  }
  assert.ok(infeasible > 20 && infeasible < 380);
});

test('a vacant seat goes to the least loaded who may sit there', () => {
  const seats = [['A|D|1', 'A'], ['A|D|2', 'A'], ['B|D|1', 'B']];
  const inspectors = { P0: { base: 0, cap: 9 }, P1: { base: 0, cap: 9 }, P2: { base: 5, cap: 9 }, P3: { base: 0, cap: 0 } };
  const eligible = Object.keys(inspectors).flatMap((id) => seats.map(([seat]) => [id, seat]));
  const roster = rosterOf({ seats, inspectors, eligible });
  const seed = sha256(bytes('x'));
  assert.deepEqual(refill(roster, [0, 1, 1], [{ seat: 0, person: 0 }], seed), [2, 1, 1]);
  assert.deepEqual(refill(roster, [0, 1, 1], [{ seat: 2, person: 1 }], seed), [0, 1, 0]);
  assert.throws(() => refill(roster, [0, 1, 1], [{ seat: 2, person: 0 }], seed), /notSeated/);
  const few = { ...roster, pairs: roster.pairs.filter(([person]) => person < 2) };
  assert.throws(() => refill(few, [0, 1, 1], [{ seat: 0, person: 0 }], seed), /nobodyFor/);
});

const sourcesOf = (...list) => parseSources(new Lines(encode(list.map((text) => `source ${text}\n`).join(''))));

test('sources: forms, entropy of known games, times of drand rounds', () => {
  const bits = (text) => millibits(sourcesOf(text)[0]);
  assert.equal(bits('lottery cwl-kl8 2026001 unordered 20'), 61616); // log2 C(80,20)
  assert.equal(bits('lottery cwl-ssq 2026001 unordered 6 unordered 1'), 24078); // log2 (C(33,6) * 16)
  assert.equal(bits('dice 10 1'), 3321);
  assert.equal(bits('dice 2 64'), 64000);
  assert.equal(bits('lottery unknown 1 ordered 100'), 0);
  assert.equal(bits('lottery constructor 1 ordered 3'), 0);
  assert.equal(bits('local'), 0);
  for (const bad of ['dice 1 5', 'dice 10 0', 'dice 10 01', 'dice 10', 'dice 10 5 ', 'local ', 'local x', 'toString', 'witness a:b ' + '0'.repeat(64),
    'lottery a 1', 'lottery a 1 ordered', 'lottery a 1 unordered 101', 'lottery a 1 some 3', 'drand 00 1', `drand ${'0'.repeat(64)} 0`])
    assert.throws(() => sourcesOf(bad), undefined, bad);
  assert.throws(() => sourcesOf());
  assert.throws(() => sourcesOf(...Array(17).fill('local')));
  const vectors = shared('vectors/drand.json');
  const quicknet = '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
  if (vectors) assert.ok(JSON.stringify(vectors).includes(quicknet));
  assert.equal(drandTime(sourcesOf(`drand ${quicknet} 1000`)[0]), 1692803367n + 2997n);
  assert.equal(drandTime(sourcesOf(`drand ${'0'.repeat(64)} 1000`)[0]), null);
});

test('parts: what does not fit its source is refused', () => {
  const check = (source, part) => checkPart(sourcesOf(source)[0], part);
  const nonce = '11'.repeat(32);
  const good = {
    'dice 6 3': 'dice:6x3:0.5.2.', 'lottery cwl-ssq 26 unordered 6 unordered 1': 'lottery:cwl-ssq:26:1.2.3.4.5.33.:16.',
    'lottery x 1 ordered 3': 'lottery:x:1:007.', [`witness w ${peer(Buffer.from(nonce, 'hex'))}`]: `witness:w:${nonce}`,
    local: `local:${nonce}`, [`drand ${nonce} 7`]: `drand:${nonce}:7:${'ab'.repeat(48)}`,
  };
  for (const [source, part] of Object.entries(good)) {
    check(source, part);
    for (const bad of [part.slice(0, -1), `${part}.`, part.replace(':', ''), part.toUpperCase(), `${part}:`, part.slice(1), ''])
      assert.throws(() => check(source, bad), undefined, bad);
  }
  for (const bad of ['dice:6x3:0.6.2.', 'dice:6x3:0.05.2.', 'dice:6x3:0.2.', 'dice:6x4:0.1.2.'])
    assert.throws(() => check('dice 6 3', bad), undefined, bad);
  for (const bad of ['lottery:cwl-ssq:26:2.1.3.4.5.6.:1.', 'lottery:cwl-ssq:26:1.2.3.4.5.34.:1.', 'lottery:cwl-ssq:26:1.2.3.4.5.6.:0.',
    'lottery:cwl-ssq:26:1.1.3.4.5.6.:1.', 'lottery:cwl-ssq:27:1.2.3.4.5.6.:1.', 'lottery:cwl-ssq:26:1.2.3.4.5.6.'])
    assert.throws(() => check('lottery cwl-ssq 26 unordered 6 unordered 1', bad), undefined, bad);
});

test('quotas: a minimum in every stratum, a ratio over many, exact beyond 2^53', () => {
  const of = (mode, count, num, den) => ({ mode, count, num, den, name: 'x' });
  const low = new Uint8Array(32);
  const high = new Uint8Array(32).fill(255);
  assert.deepEqual(quotas([of('ceil', 7n, 1n, 10n), of('fixed', 3n, 9n, 1n), of('ceil', 0n, 1n, 2n)], low), [1n, 3n, 0n]);
  assert.deepEqual(quotas([of('systematic', 5n, 1n, 10n), of('systematic', 5n, 1n, 10n)], low), [0n, 1n]);
  assert.deepEqual(quotas([of('systematic', 5n, 1n, 10n), of('systematic', 5n, 1n, 10n)], high), [1n, 0n]);
  assert.deepEqual(quotas([of('ceil', 2n ** 60n, 3n, 4n)], low), [3n * 2n ** 58n]);
  const big = 2n ** 61n - 1n;
  assert.throws(() => quotas([of('systematic', 1n, 1n, big), of('systematic', 1n, 1n, big - 2n)], low));
  assert.throws(() => quotas([of('systematic', 2n ** 64n - 1n, 2n ** 64n - 1n, 1n)], low));
});

test('an archive with a data descriptor is read', () => {
  const made = scratch('piped.zip');
  try {
    execFileSync('sh', ['-c', `cd '${here}' && zip -q - kit.mjs lone.mjs > '${made}'`]);
  } catch {
    return console.log('# no zip here');
  }
  const archive = openZip(new Uint8Array(readFileSync(made)));
  assert.deepEqual(archive.names, ['kit.mjs', 'lone.mjs']);
  return archive.read('kit.mjs').then((data) => assert.deepEqual(Buffer.from(data), readFileSync(join(here, 'kit.mjs'))));
});

// --- on bundles ---

const maker = process.env.SUNLOT_MAKE_BUNDLES ?? '';
const options = { skip: !existsSync(maker) && 'no SUNLOT_MAKE_BUNDLES here' };
const folder = scratch('made');
const made = (name) => readFileSync(join(folder, name));

before(() => {
  mkdirSync(folder);
  if (!options.skip) run(maker, [folder]);
});

// Looks an id up in a bundle.
async function lookUp(name, id) {
  const b = await verify(new Uint8Array(made(name)), { vkey: '', report() {}, progress() {} });
  return look(b, id);
}

test('every business of a plain pool finds its line, ticket, cutoff and place', options, async () => {
  const files = unzip(made('open-events-full.zip'));
  const rows = (name) => files.get(name).toString().trim().split('\n').map((line) => line.split('\t'));
  const drawn = rows('drawn.tsv').map(([, id]) => id);
  const root = /pool-root (\w+)/.exec(files.get('entries/01-commitment').toString())[1];
  for (const [i, [id, stratum]] of rows('pool.tsv').entries()) {
    const a = await lookUp('open-events-full.zip', id);
    assert.equal(a.line, `${id}\t${stratum}`);
    assert.equal(a.index, i);
    assert.equal(a.drawn, drawn.includes(id));
    assert.equal(a.visit, drawn.indexOf(id) + 1);
    assert.equal(a.place <= a.quota, a.drawn);
    assert.ok(included(leafHash(bytes(encode(a.line))), BigInt(i), BigInt(a.size), a.path.map((h) => unhex(h, 32)), unhex(root, 32)));
    if (i > 20) break;
  }
  const absent = await lookUp('open-events-full.zip', '91410882MA000014XX');
  assert.equal(absent.present, false);
  assert.equal(absent.ticket, '');
  assert.ok(absent.before < '91410882MA000014XX' && absent.after > '91410882MA000014XX');
  assert.equal((await lookUp('open-events-full.zip', 'a b')).bad, true);
});

test('a blinded pool: the full bundle shows the nonce, the public one only the ticket', options, async () => {
  const [, id] = unzip(made('blinded-events-full.zip')).get('drawn.tsv').toString().split('\n')[0].split('\t');
  const full = await lookUp('blinded-events-full.zip', id);
  assert.ok(full.drawn && full.nonce.length === 32 && full.meaning !== '');
  const open = await lookUp('blinded-events-public.zip', id);
  assert.equal(open.present, null);
  assert.equal(open.ticket, full.ticket);
  assert.ok(open.visit === full.visit && !('line' in open));
  const early = await lookUp('sealed-abort2-full.zip', id);
  assert.ok(!early.seeded && early.ticket === undefined);
});

test('without Ed25519 the signatures stay open and the verdict says so', options, () => {
  for (const how of ['none', 'hashes']) {
    const out = execFileSync(process.execPath, [join(here, 'lone.mjs'), how, join(folder, 'sealed-whole-full.zip')]);
    const { says, verdict, signatures } = JSON.parse(out.toString().split('\n').find((line) => line.startsWith('{')));
    assert.equal(says, 'holds');
    assert.equal(verdict.signed, false);
    assert.ok(signatures.length > 5 && signatures.every(([mark, word]) => mark === 'open' && word === 'noEd25519'));
  }
});

test('what only a signature shows is not found without one, and everything else is', options, () => {
  const files = unzip(made('sealed-whole-full.zip'));
  const wrong = new Map(files).set('teams.tsv', Buffer.from(files.get('teams.tsv').toString().replace(/R\d\n/, 'R9\n')));
  writeFileSync(scratch('forged.zip'), zip(forge(files, wrong)));
  const out = execFileSync(process.execPath, [join(here, 'lone.mjs'), 'hashes', scratch('forged.zip')]);
  assert.match(out.toString(), /"says":"differs"/);
});

test('the first difference is the one that is named', options, async () => {
  const cheat = await ours(made('cheat3-open-full.zip'));
  assert.equal(cheat.verdict.first.check, 'ASSIGNED');
  assert.equal(cheat.verdict.first.file, 'teams.tsv');
  assert.ok(cheat.verdict.first.row > 0 && cheat.verdict.first.shown !== cheat.verdict.first.computed);
});

// --- words ---

const source = (name) => readFileSync(join(ui, name), 'utf8');
const keysOf = (table, path = '') => Object.entries(table).flatMap(([key, value]) =>
  typeof value === 'object' ? keysOf(value, `${path}${key}.`) : [`${path}${key}`]);

test('both languages say the same things with the same fillings', async () => {
  const { table } = await import(join(ui, 'en.js'));
  const en = { ...table, said: {} };
  assert.deepEqual(keysOf(en), keysOf(words));
  const at = (table, path) => path.split('.').reduce((part, key) => part[key], table);
  for (const path of keysOf(words)) {
    const places = (text) => [...new Set(text.match(/\{\d\}/g) ?? [])].sort().join();
    assert.equal(places(at(en, path)), places(at(words, path)), path);
  }
});

const root = process.env.SUNLOT_SOURCE ?? join(here, '../../..');

test('what the program writes into files in Chinese has its English, as the portal says it', async () => {
  const { table: en } = await import(join(ui, 'en.js'));
  const manifest = readFileSync(join(root, 'src/draw/bundle_manifest.c'), 'utf8').replace(/"\s+"/g, '');
  const sentences = [...manifest.matchAll(/(?:\},\s+|unchecked_add\(out, |^ {4})"([^"]+)"/gm)].map(([, text]) => text);
  const portal = readFileSync(join(root, 'ui/strings.csv'), 'utf8').matchAll(/^said_(?:kind|stratum|skip)_\w+,([^,]+),(.+)$/gm);
  assert.equal(sentences.length, 15);
  for (const text of sentences) assert.ok(en.said[text] ?? en.said[text.replace(/：不能.*/, '')], text);
  for (const [, zh, text] of portal) assert.equal(en.said[zh], text);
  const english = Object.values({ ...en.check, ...en.words, ...en.page, ...en.page.f, ...en.page.stage, ...en.said });
  for (const text of english) assert.doesNotMatch(String(text), /[\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF]/u);
});

test('every check has the name that the program gives it', () => {
  const rows = [...readFileSync(join(root, 'src/draw/check.def'), 'utf8').matchAll(/^CHECK\((\w+), "([^"]+)"\)$/gm)];
  assert.ok(rows.length > 40);
  assert.deepEqual(words.check, Object.fromEntries(rows.map(([, key, name]) => [key, name])));
});

test('every word that the scripts use exists, and every one is used', () => {
  const files = [...readdirSync(join(ui, 'lib')).map((name) => `lib/${name}`), 'main.js', 'worker.js'];
  const code = files.map(source).join('\n');
  const page = source('page.html');
  const quoted = new Set([...code.matchAll(/'([A-Za-z0-9_]+)'/g)].map(([, word]) => word));
  const asked = [...code.matchAll(/say\('([\w.]+)'/g), ...page.matchAll(/data-t="([\w.]+)"/g)].map(([, path]) => path);
  for (const path of asked) if (!path.endsWith('.')) assert.ok(keysOf(words.page).includes(path), path);
  for (const key of Object.keys(words.words)) assert.ok(quoted.has(key), `words.${key} is not used`);
  for (const key of Object.keys(words.check)) assert.ok(quoted.has(key), `check.${key} is not used`);
  const inWords = [...code.matchAll(/(?:words: \[|new Fault\([^,]+, |damaged\()'(\w+)'/g)].map(([, key]) => key);
  assert.ok(inWords.length > 60);
  for (const key of inWords) assert.ok(key in words.words, `no words for ${key}`);
});

test('the page has no inline script or style and asks for nothing from elsewhere', () => {
  const page = source('page.html') + source('verify.css');
  assert.ok(!/<script|<style|style=|\son\w+=|https?:|url\(/.test(page));
  const code = ['main.js', 'worker.js', ...readdirSync(join(ui, 'lib')).map((name) => `lib/${name}`)].map(source).join('\n');
  assert.ok(!/\beval\b|new Function|innerHTML|document\.write|WebAssembly|https?:\/\//.test(code));
});
