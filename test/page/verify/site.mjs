// A little server for the page of the verifier, under the policy that it must run under, and a
// browser for it. Not part of the product.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const ui = join(root, 'ui/verify');
const scripts = process.env.SUNLOT_SCRIPTS ?? '';
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; connect-src 'self'";

// The fragment in a page of one language, as a portal would put it.
function page(lang, data) {
  const fragment = readFileSync(join(ui, 'page.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, key) =>
    (data[key] ?? '').replaceAll('&', '&amp;').replaceAll('"', '&quot;'));
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>核验</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/portal.css"><link rel="stylesheet" href="/verify.css">
<script src="/verify_${lang}.js" type="module"></script></head>
<body><main class="wide"><h1>核验</h1>${fragment}</main></body></html>`;
}

// Serves the page, its scripts and `files` (address to bytes). Returns { url, asked, close }.
export async function serve(files, data = {}) {
  const asked = [];
  const types = { js: 'text/javascript', css: 'text/css', zip: 'application/zip' };
  const body = (path) => {
    if (path === '/zh' || path === '/en') return page(path.slice(1), { verify_worker: '/verify_worker.js', ...data });
    if (files.has(path)) return files.get(path);
    if (path === '/portal.css') return existsSync(join(root, 'ui/static/portal.css')) ? readFileSync(join(root, 'ui/static/portal.css')) : '';
    if (path === '/verify.css') return readFileSync(join(ui, 'verify.css'));
    return /^\/verify_\w+\.js$/.test(path) ? readFileSync(join(scripts, path)) : null;
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    const found = body(path);
    asked.push(path);
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('Content-Type', `${types[path.split('.').pop()] ?? 'text/html'}; charset=utf-8`);
    response.statusCode = found === null ? 404 : 200;
    response.end(found ?? '');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, close: () => server.close() };
}

// Debian's Chromium by playwright-core, or null with a note why not.
export async function browser() {
  const require = createRequire(join(root, 'package.json'));
  const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
  try {
    const { chromium } = require('playwright-core');
    if (!program || !existsSync(join(scripts, 'verify_worker.js'))) throw new Error('no Chromium or no scripts');
    return await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] });
  } catch (error) {
    console.log(`# no page was opened: ${String(error.message).split('\n')[0]} (npm ci, chromium)`);
    return null;
  }
}

// The text of axe-core, which the tests put into the page.
export function axe() {
  return readFileSync(createRequire(join(root, 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');
}
