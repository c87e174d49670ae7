// What a rating page does, as text that goes into the page. Plain JavaScript of any browser of the last years.

export const sheetScript = `
'use strict';
const { rater, criteria, version } = document.body.dataset;
const names = criteria.split(' ');
const articles = [...document.querySelectorAll('article')];
const state = document.getElementById('state');
const place = 'diffract-ratings/' + version + '/' + rater;
let current = 0;
let unsaved = false;

function checked(fieldset) {
  return fieldset.querySelector('input:checked');
}
function isRated(article) {
  return [...article.querySelectorAll('fieldset')].every(checked);
}
function tell(more) {
  const rated = articles.filter(isRated).length;
  state.textContent = 'Item ' + (current + 1) + ' of ' + articles.length + '; ' + rated + ' rated in full.' + (more || '');
}
function show(index) {
  current = Math.max(0, Math.min(articles.length - 1, index));
  articles.forEach((article, at) => (article.hidden = at !== current));
  window.scrollTo(0, 0);
  const first = articles[current].querySelector('fieldset input');
  if (first) first.focus({ preventScroll: true });
  tell();
}

// Kept in the browser as one goes; where it keeps nothing for files, saving is all there is.
function keep() {
  const fields = {};
  for (const input of document.querySelectorAll('input:checked')) fields[input.name] = input.value;
  for (const area of document.querySelectorAll('textarea')) if (area.value) fields[area.id] = area.value;
  try { localStorage.setItem(place, JSON.stringify(fields)); } catch { /* nothing to do */ }
}
function restore() {
  let fields = {};
  try { fields = JSON.parse(localStorage.getItem(place) || '{}'); } catch { return; }
  for (const [name, value] of Object.entries(fields)) {
    const area = document.getElementById(name);
    const input = document.getElementById(name + '-' + value);
    if (area && area.tagName === 'TEXTAREA') area.value = value;
    else if (input) input.checked = true;
  }
}

function cell(text) {
  return /[",\\r\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}
function table() {
  const lines = [['rater', 'item', 'output', ...names, 'comment']];
  for (const article of articles) {
    for (const section of article.querySelectorAll('section')) {
      const values = [...section.querySelectorAll('fieldset')].map((one) => (checked(one) || { value: '' }).value);
      lines.push([rater, article.dataset.item, section.dataset.output, ...values, section.querySelector('textarea').value]);
    }
  }
  return lines.map((line) => line.map(cell).join(',') + '\\r\\n').join('');
}
function save() {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([table()], { type: 'text/csv;charset=utf-8' }));
  link.download = 'ratings-' + rater + '.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  unsaved = false;
  const open = articles.length - articles.filter(isRated).length;
  tell(open > 0 ? ' Saved; ' + open + ' items are not rated in full.' : ' Saved.');
}

// A digit is the answer to the question that has the focus, or to the first open one of the item; the next one gets it then.
function answer(digit) {
  const fieldsets = [...articles[current].querySelectorAll('fieldset')];
  const focused = document.activeElement && document.activeElement.closest('fieldset');
  const asked = focused && fieldsets.includes(focused) ? focused : fieldsets.find((one) => !checked(one)) || fieldsets[0];
  const input = asked.querySelector('input[value="' + digit + '"]');
  if (!input) return;
  input.checked = true;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  const next = fieldsets[fieldsets.indexOf(asked) + 1];
  (next ? checked(next) || next.querySelector('input') : input).focus();
}

document.addEventListener('change', () => { unsaved = true; keep(); tell(); });
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === 'TEXTAREA') return;
  if (/^[0-9]$/.test(event.key)) answer(event.key);
  else if (event.key === 'n') show(current + 1);
  else if (event.key === 'p') show(current - 1);
  else return;
  event.preventDefault();
});
window.addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
document.getElementById('previous').addEventListener('click', () => show(current - 1));
document.getElementById('next').addEventListener('click', () => show(current + 1));
document.getElementById('unrated').addEventListener('click', () => {
  const after = articles.findIndex((article, at) => at > current && !isRated(article));
  show(after >= 0 ? after : Math.max(0, articles.findIndex((article) => !isRated(article))));
});
document.getElementById('save').addEventListener('click', save);
restore();
show(Math.max(0, articles.findIndex((article) => !isRated(article))));
`;
