// Verifies a file where the browser lacks something, and prints the verdict.
//   lone.mjs none|hashes FILE     none: no WebCrypto at all; hashes: WebCrypto without Ed25519
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [how, path] = process.argv.slice(2);
const { subtle } = webcrypto;
const lacking = {
  digest: (...args) => subtle.digest(...args),
  importKey: async () => {
    throw new DOMException('Unrecognized algorithm name', 'NotSupportedError');
  },
};
Object.defineProperty(globalThis, 'crypto', { value: how === 'none' ? undefined : { subtle: lacking }, configurable: true });
const { ours } = await import('./kit.mjs?lone');
const { says, verdict, findings } = await ours(readFileSync(path));
const signatures = findings.filter(({ check }) => check === 'LOGGED').map(({ mark, words }) => [mark, words[0]]);
console.log(JSON.stringify({ says, verdict, signatures }));
