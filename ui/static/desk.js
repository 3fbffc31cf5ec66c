// What a list gains where scripts run: one box that picks the whole page, and the number of rows
// picked. Everything else of the workbench works without.
const boxes = [...document.querySelectorAll('td.pick input')];
const form = document.getElementById('pick');
const option = document.querySelector('option[data-picked]');
if (boxes.length > 0 && form && option) {
  const words = option.textContent;
  const all = document.createElement('input');
  const label = document.createElement('label');
  all.type = 'checkbox';
  label.append(all, ' 全选本页');
  form.prepend(label);
  const count = () => {
    const picked = boxes.filter((box) => box.checked).length;
    option.textContent = picked > 0 ? `${words}（${picked}）` : words;
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  };
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener('change', count);
  count();
}
