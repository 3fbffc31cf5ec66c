// How many are drawn from each stratum (PROTOCOL.md section 6), in exact integers.
import { Fault } from './text.js';

const DENOMINATOR = 1n << 62n;
const SUM = 1n << 126n;

const least = (a, b) => (a < b ? a : b);

function gcd(a, b) {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

// Q of section 6. A Fault where it grows beyond what every program must be able to compute.
function denominator(strata) {
  let q = 1n;
  for (const stratum of strata) {
    if (stratum.mode !== 'systematic') continue;
    q *= stratum.den / gcd(stratum.den, q);
    if (q > DENOMINATOR) throw new Fault(0, 'quotaRange');
  }
  return q;
}

function quotasBy(strata, q, u) {
  let a = 0n;
  return strata.map(({ mode, count, num, den }) => {
    if (mode === 'fixed') return least(count, num);
    if (mode === 'ceil') return least(count, (count * num + den - 1n) / den);
    const next = a + count * num * (q / den);
    if (next > SUM) throw new Fault(0, 'quotaRange');
    const quota = (next + u) / q - (a + u) / q;
    a = next;
    return least(count, quota);
  });
}

// The quotas of the strata; rounding is ticket_1("rounding").
export function quotas(strata, rounding) {
  const q = denominator(strata);
  const first = new DataView(rounding.buffer, rounding.byteOffset).getBigUint64(0);
  return quotasBy(strata, q, (first * q) >> 64n);
}

// A Fault for strata whose quotas could never be computed.
export function checkQuotas(strata) {
  const q = denominator(strata);
  quotasBy(strata, q, q - 1n);
}
