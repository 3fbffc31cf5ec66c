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

// Words of a finding or Fault: a key and what fills it in. Some fillings are keys themselves.
export function explain([key, ...values]) {
  const nested = key === 'answer' || key === 'zip';
  return fill(table.words[key] ?? key, nested ? values.map((v) => table.words[v] ?? v) : values);
}
