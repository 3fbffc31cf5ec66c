// The verifier's own thread: reads a file or fetches a bundle, verifies it, and answers look-ups, so
// that the page stays usable however large the pool is. Messages in: { verify: { file | url, vkey } }
// or { look: id }. Out: { ready }, { progress }, { done }, { failed: words }, { found }.
import { look } from './lib/look.js';
import { Fault } from './lib/text.js';
import { verify } from './lib/verify.js';
import { LIMITS } from './lib/zip.js';

let bundle = null; // of the last verification, for look-ups
let told = 0;

// Tells how far a stage is, ten times a second at most.
function progress(stage, done, total) {
  if (Date.now() - told < 100) return;
  told = Date.now();
  postMessage({ progress: { stage, done, total } });
}

async function read({ file, url }) {
  if (file) {
    if (file.size > LIMITS.file) throw new Fault(0, 'zip', 'tooLarge');
    return file.arrayBuffer();
  }
  const answer = await fetch(url).catch(() => ({ status: 0 }));
  if (!answer.ok) throw new Fault(0, 'notFetched', url, answer.status);
  return answer.arrayBuffer();
}

async function runJob(job) {
  const findings = [];
  const since = performance.now();
  bundle = null;
  const data = new Uint8Array(await read(job));
  bundle = await verify(data, { vkey: job.vkey, report: (finding) => findings.push(finding), progress });
  const { verdict, own, zip } = bundle;
  const object = own && { id: own.object, present: own.present, rank: String(own.rank ?? 0) };
  return { findings, verdict, object, bundle: !!zip, seconds: (performance.now() - since) / 1000 };
}

onmessage = async ({ data }) => {
  try {
    if (data.verify) postMessage({ done: await runJob(data.verify) });
    else if (bundle) postMessage({ found: look(bundle, data.look) });
  } catch (error) {
    postMessage({ failed: error instanceof Fault ? error.words : ['broken', String(error)] });
  }
};
postMessage({ ready: true });
