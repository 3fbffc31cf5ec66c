// Randomness sources and what they gave (PROTOCOL.md section 4): form, nominal entropy, and how far
// a part can be checked here.
import { equal, number, unhex } from './bytes.js';
import { sha256 } from './sha256.js';
import { Fault, isName } from './text.js';

export const SOURCES = 16; // most of a round
const PART_BYTES = 8192;

// Games whose rules are published, as FIELD first last: 中国福利彩票 (cwl.gov.cn) 双色球, 快乐8,
// 七乐彩 (without the special ball), 3D; 中国体育彩票 (lottery.gov.cn) 超级大乐透, 排列3, 排列5.
const GAMES = {
  'cwl-ssq': [['unordered', 6, 1, 33], ['unordered', 1, 1, 16]],
  'cwl-kl8': [['unordered', 20, 1, 80]],
  'cwl-qlc': [['unordered', 7, 1, 30]],
  'cwl-3d': [['ordered', 3, 0, 9]],
  'slc-dlt': [['unordered', 5, 1, 35], ['unordered', 2, 1, 12]],
  'slc-pl3': [['ordered', 3, 0, 9]],
  'slc-pl5': [['ordered', 5, 0, 9]],
};

// drand chains of the League of Entropy, as their /info gives them: genesis and period in seconds.
const CHAINS = {
  '8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce': [1595431050n, 30n],
  '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971': [1692803367n, 3n],
};

const isWord = (text) => isName(text) && !/[:/]/.test(text);

// A canonical decimal from least to most as Number, else null.
function small(text, least, most) {
  const value = number(text);
  return value !== null && value >= BigInt(least) && value <= BigInt(most) ? Number(value) : null;
}

function fields(words) {
  const out = [];
  for (let i = 0; i < words.length; i += 2) {
    const count = small(words[i + 1] ?? '', 1, 100);
    if (count === null || !/^(un)?ordered$/.test(words[i])) return null;
    out.push([words[i], count]);
  }
  return out.length > 0 && out.length <= 4 ? out : null;
}

// The table's row of a lottery with just these fields, or undefined.
function gameOf(source) {
  const game = Object.hasOwn(GAMES, source.name) ? GAMES[source.name] : undefined;
  const same = game?.length === source.fields.length &&
    game.every((field, i) => field[0] === source.fields[i][0] && field[1] === source.fields[i][1]);
  return same ? game : undefined;
}

const READ = {
  drand([chain, round, ...rest]) {
    const number64 = number(round ?? '');
    const ok = rest.length === 0 && unhex(chain ?? '', 32) !== null && number64 !== null && number64 > 0n;
    return ok ? { chain, round: number64 } : null;
  },
  lottery([name, issue, ...rest]) {
    const list = fields(rest);
    if (list === null || !isWord(name) || !isWord(issue)) return null;
    return { name, issue, fields: list };
  },
  dice([sides, rolls, ...rest]) {
    const [s, r] = [small(sides ?? '', 2, 1000), small(rolls ?? '', 1, 1000)];
    return rest.length === 0 && s !== null && r !== null ? { sides: s, rolls: r } : null;
  },
  witness([name, hash, ...rest]) {
    const bytes = unhex(hash ?? '', 32);
    return rest.length === 0 && bytes !== null && isWord(name) ? { name, hash: bytes } : null;
  },
  local: (rest) => (rest.length === 0 ? {} : null),
};

// Reads the `source` lines that follow, at least one.
export function parseSources(lines) {
  const first = lines.row + 1;
  const out = lines.values('source', SOURCES + 1).map((text, i) => {
    const [kind, ...words] = text.split(' ');
    const source = Object.hasOwn(READ, kind) ? READ[kind](words) : null;
    if (source === null) throw new Fault(first + i, 'badSource', first + i);
    return { kind, text, ...source };
  });
  if (out.length === 0 || out.length > SOURCES) throw new Fault(first, 'sourceCount', SOURCES);
  return out;
}

// Nominal entropy of a source in thousandths of a bit, rounded down; 0 for what is not known.
export function millibits(source) {
  if (source.kind === 'drand') return 128000;
  if (source.kind === 'witness') return 256000;
  if (source.kind === 'dice') return Math.floor(Math.log2(source.sides) * source.rolls * 1000);
  let bits = 0;
  for (const [kind, count, first, last] of (source.kind === 'lottery' && gameOf(source)) || [])
    for (let i = 0, size = last - first + 1; i < count; i++)
      bits += kind === 'ordered' ? Math.log2(size) : Math.log2((size - i) / (i + 1));
  return Math.floor(bits * 1000);
}

// Seconds since 1970 at which a drand round is published, or null for a chain not known here.
export function drandTime(source) {
  const chain = CHAINS[source.chain];
  if (!chain || source.round >= 1n << 43n) return null;
  return chain[0] + (source.round - 1n) * chain[1];
}

// Numbers, each followed by a dot: `count` of them, each below or at `last`, ascending if asked.
function dotted(text, count, first, last, ascending) {
  const words = text.split('.');
  if (words.length !== count + 1 || words.pop() !== '') return false;
  const values = words.map(number);
  return values.every((value, i) =>
    value !== null && value >= BigInt(first) && (last === undefined || value <= BigInt(last)) &&
    (!ascending || i === 0 || value > values[i - 1]));
}

function lotteryOk(source, words) {
  const game = gameOf(source);
  const [name, issue, ...values] = words;
  if (name !== source.name || issue !== source.issue) return false;
  return values.length === source.fields.length && source.fields.every(([kind, count], i) =>
    kind === 'ordered'
      ? new RegExp(`^[0-9]{${count}}\\.$`).test(values[i])
      : dotted(values[i], count, game ? game[i][2] : 0, game?.[i][3], true));
}

const PARTS = {
  drand: (source, [chain, round, ...rest]) => {
    const signature = rest.join(':');
    return chain === source.chain && round === String(source.round) &&
      (unhex(signature, 48) ?? unhex(signature, 96)) !== null;
  },
  lottery: lotteryOk,
  dice: (source, [head, ...rest]) =>
    head === `${source.sides}x${source.rolls}` &&
    dotted(rest.join(':'), source.rolls, 0, source.sides - 1, false),
  witness: (source, [name, ...rest]) =>
    name === source.name && unhex(rest.join(':'), 32) !== null,
  local: (source, words) => unhex(words.join(':'), 32) !== null,
};

// Checks a part against its source line; a Fault says what is wrong.
export function checkPart(source, part) {
  const [kind, ...words] = part.split(':');
  if (part.length > PART_BYTES || kind !== source.kind || words.length === 0 || !PARTS[kind](source, words))
    throw new Fault(0, 'badPart', source.text);
  if (kind !== 'witness') return;
  if (!equal(sha256(unhex(words[1], 32)), source.hash)) throw new Fault(0, 'badNonce', source.name);
}
