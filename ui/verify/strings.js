// Puts the words of one language (zh.js or en.js, chosen when the page is built) into texts.
// {0}, {1} ... are filled in.
import { table } from './zh.js';

function fill(text, values) {
  return text.replace(/\{(\d)\}/g, (_, i) => values[i] ?? '');
}

// A text of the page by its path, e.g. 'stage.pool'.
export function say(path, ...values) {
  return fill(path.split('.').reduce((at, key) => at[key], table.page), values);
}

export function checkName(check) {
  return table.check[check] ?? check;
}

// What our own program wrote into a file in Chinese: a manifest's sentences, names of strata. What a
// bundle leaves out (未附…：不能…) is known by its first half.
export function said(text) {
  return table.said[text] ?? table.said[String(text).replace(/：不能.*/, '')] ?? text;
}

// Words of a finding or Fault: a key and what fills it in. Some fillings are keys themselves.
export function explain([key, ...values]) {
  const nested = key === 'answer' || key === 'zip';
  const shown = values.map((v) => (nested ? table.words[v] : null) ?? said(v));
  return fill(table.words[key] ?? key, shown);
}
