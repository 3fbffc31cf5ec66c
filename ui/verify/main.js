// The page of the verifier: takes a file or a bundle of this server, hands it to the worker, shows
// what it found, and lets a business look itself up. After loading it asks for nothing but the
// bundle that the reader chose.
import { checkName, explain, said, say } from './strings.js';

const SIGN = { same: '✓', differs: '✗', note: '·', open: '?' };
const $ = (name) => document.getElementById('verify-' + name);
const root = document.getElementById('verify');
let worker = null;
let busy = false;
let last = null; // what was verified last, to verify it again with another key

const CHINESE = /([\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF]+)/u;
const inChinese = document.documentElement.lang.startsWith('zh');

// A text as nodes: names and words of files are Chinese in an English page as well, and say so.
function dress(text) {
  if (inChinese || typeof text !== 'string') return [text];
  return text.split(CHINESE).map((part, i) => (i % 2 === 1 ? chinese(part) : part));
}

function chinese(text) {
  const element = document.createElement('span');
  element.lang = 'zh-CN';
  element.textContent = text;
  return element;
}

// An element with a class and children (texts or elements).
function make(tag, name, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children.flatMap(dress));
  return element;
}

function pairs(rows) {
  const list = make('dl');
  for (const [label, value] of rows) list.append(make('dt', '', label), make('dd', '', value));
  return list;
}

// What goes on, also for those who cannot see it; once there is a verdict, for those only.
function state(text, quiet = false) {
  $('state').replaceChildren(...dress(text));
  $('state').classList.toggle('verify-quiet', quiet);
}

function place({ file, row }) {
  if (!file) return '';
  return row > 0 ? say('ofFile', file, say('line', row)) : file;
}

// One finding as an item of the list: mark, name, place, both values, words.
function item(finding) {
  const { mark, check, shown, computed, words } = finding;
  const head = make('p', '', make('strong', 'verify-mark', `${SIGN[mark]} ${say(mark)}`), ' ', checkName(check));
  if (finding.file) head.append(' ', make('code', '', place(finding)));
  const values = [['shown', shown], ['computed', computed]].filter(([, value]) => value !== '');
  const out = make('li', `verify-item verify-${mark}`, head);
  if (values.length > 0) out.append(pairs(values.map(([label, value]) => [say(label), said(value)])));
  if (words.length > 0) out.append(make('p', 'verify-words', explain(words)));
  return out;
}

// The headline: whether everything holds, and if not, where it first does not.
function headline({ holds, signed, training }) {
  if (!holds) return ['differs', say('fails')];
  if (!signed) return ['open', say('unsigned')];
  return ['same', say(training ? 'holdsTraining' : 'holds')];
}

function showVerdict({ verdict, object, seconds }) {
  const { holds, same, differs, open, first, ownKey } = verdict;
  const [mark, text] = headline(verdict);
  const box = $('verdict');
  box.className = `verify-box verify-${mark}`;
  box.replaceChildren(make('h2', '', `${SIGN[mark]} ${text}`));
  if (first) {
    const at = place(first);
    const head = make('p', '', say('first', checkName(first.check) + (at ? ` — ${at}` : '')));
    box.append(head, ...[...item(first).children].slice(1));
  }
  if (object) {
    const answer = !object.present ? say('absent') : say(object.rank === '0' ? 'notDrawn' : 'drawn');
    box.append(make('p', 'verify-answer', `${object.id} — ${answer}`));
  }
  box.append(make('p', '', say('counts', same + differs, same, differs, open), ' ', say('took', seconds.toFixed(1))));
  const siteKey = $('key').value.trim() === root.dataset.vkey;
  if (holds && (ownKey || siteKey)) box.append(make('p', '', say(ownKey ? 'ownKey' : 'siteKey')));
  box.hidden = false;
  box.focus();
  state(text, true);
}

function showDone(done) {
  $('list').replaceChildren(...done.findings.map(item));
  $('results').hidden = false;
  $('look').hidden = !done.bundle;
  $('found').replaceChildren();
  $('warning').hidden = done.verdict.holds;
  showVerdict(done);
}

function showFailed(words) {
  const box = $('verdict');
  box.className = 'verify-box verify-differs';
  box.replaceChildren(make('h2', '', `${SIGN.differs} ${say('failed')}`), make('p', '', explain(words)), make('p', '', say('guide')));
  box.hidden = false;
  for (const name of ['results', 'look']) $(name).hidden = true;
  box.focus();
  state(`${say('failed')}: ${explain(words)}`, true);
}

const shownLine = (line) => line.split('\t').map(said).join(' · ');

// Where a looked-up business stands, as label and value; empty values are left out.
function answerRows(a) {
  const visit = a.visit > 0 ? say('ofTotal', a.visit, a.visits) : '';
  const common = [['ticket', a.ticket], ['visit', visit], ['team', a.team.join(', ')]];
  if (a.present === null) return common;
  if (!a.present) return [['before', shownLine(a.before) || say('listBegins')], ['after', shownLine(a.after) || say('listEnds')]];
  return [
    ['line', shownLine(a.line)], ['meaning', said(a.meaning)], ['nonce', a.nonce],
    ['index', say('ofTotal', a.index + 1, a.size)], ['ticket', a.ticket], ['cutoff', a.cutoff || say('noCutoff')],
    ['place', say('placeOf', a.place, a.count, a.quota)], ...common.slice(1), ['path', a.path.join('\n')], ['root', a.root],
  ];
}

function answerText(a) {
  if (a.bad) return say('badId');
  if (!a.seeded) return say('noSeed');
  const drawn = a.visit > 0;
  if (a.present === null) return say(drawn ? 'inDrawn' : 'notInDrawn') + ' — ' + say('noPool');
  if (!a.present) return say('notListed');
  if (a.joined) return say('joined');
  return say(a.skipped ? 'skipped' : drawn ? 'drawn' : 'notDrawn');
}

function showFound(answer) {
  const text = answerText(answer);
  const rows = answer.bad || !answer.seeded ? [] : answerRows(answer);
  const list = pairs(rows.filter(([, value]) => value).map(([key, value]) => [say('f.' + key), value]));
  const why = answer.present === false ? [make('p', 'verify-words', say('notListedWhy'))] : [];
  $('found').replaceChildren(make('p', 'verify-answer', `${answer.id} — ${text}`), ...why, list);
}

function setBusy(is) {
  busy = is;
  $('progress').hidden = !is;
  $('progress').removeAttribute('value');
  root.setAttribute('aria-busy', String(is));
  for (const element of root.querySelectorAll('form button, form select, #verify-file')) element.disabled = is;
}

// Starts a verification of { file } or { url }.
function start(job, name) {
  if (busy) return;
  last = [job, name];
  setBusy(true);
  state(say('reading', name));
  $('again').hidden = false;
  worker.postMessage({ verify: { ...job, vkey: $('key').value.trim() } });
}

// Only this site's own bundles are fetched: a link must not make the page ask elsewhere.
function startUrl(path) {
  const url = new URL(path, location.href);
  if (url.origin !== location.origin) showFailed(['otherOrigin']);
  else start({ url: url.href }, url.pathname);
}

function receive({ data }) {
  if (data.progress) {
    const { stage, done, total } = data.progress;
    $('progress').value = done / total;
    state(say('stage.' + stage));
    return;
  }
  if (data.found) showFound(data.found);
  if (data.done || data.failed) setBusy(false);
  if (data.done) showDone(data.done);
  if (data.failed) showFailed(data.failed);
  if (data.ready) begin();
}

// The bundles that the page offers: a JSON list of addresses or [address, label].
function offer() {
  const list = JSON.parse(root.dataset.bundles || '[]').map((entry) => [entry].flat());
  for (const [url, label = url.split('/').pop()] of list) {
    const option = new Option(label, url);
    if (CHINESE.test(label)) option.lang = 'zh-CN';
    $('bundle').append(option);
  }
  $('server').hidden = $('bundle').options.length < 2;
}

// The worker is there: whatever the address asks for is done at once.
function begin() {
  setBusy(false);
  state(say('ready'));
  const asked = new URLSearchParams(location.search).get('bundle');
  if (asked) startUrl(asked);
}

function listen() {
  const drop = $('drop');
  const take = (files) => files.length > 0 && start({ file: files[0] }, files[0].name);
  $('file').addEventListener('change', () => take($('file').files));
  for (const type of ['dragover', 'dragleave', 'drop'])
    document.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle('verify-over', type === 'dragover');
      if (type === 'drop') take(event.dataTransfer.files);
    });
  $('form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (event.submitter?.id === 'verify-again' && last) start(...last);
    else if ($('bundle').value) startUrl($('bundle').value);
  });
  $('look-form').addEventListener('submit', (event) => {
    event.preventDefault();
    worker.postMessage({ look: $('number').value.trim().toUpperCase() });
  });
  $('only').addEventListener('change', () => $('list').classList.toggle('verify-few', $('only').checked));
  $('print').addEventListener('click', () => print());
}

function open() {
  root.hidden = false; // without script none of it would answer
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = say(element.dataset.t);
  $('key').value = root.dataset.vkey || '';
  offer();
  listen();
  setBusy(true);
  worker = new Worker(root.dataset.worker);
  worker.onmessage = receive;
  worker.onerror = () => {
    setBusy(false);
    showFailed(['noWorker']);
  };
}

open();
