// @ts-check
// A touch of help where the browser has scripts. Every page works without.

/** Copy buttons appear only where they can work. */
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener('click', async () => {
    const text = button.parentElement?.querySelector('code')?.textContent ?? '';
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = label), 1600);
  });
}

/** A form is sent once, however often its button is pressed; it is free again when the page comes back from history. */
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
  if (form.dataset['sent'] === 'yes') return event.preventDefault();
  form.dataset['sent'] = 'yes';
  event.submitter?.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset['sent'];
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
});

/** A list row's button comes when there is something to send. */
for (const form of document.querySelectorAll('form[data-change]')) {
  if (!(form instanceof HTMLFormElement)) continue;
  const select = form.querySelector('select');
  const was = select?.value;
  const tell = () => (form.dataset['change'] = select?.value === was ? 'none' : 'some');
  form.addEventListener('change', tell);
  tell();
}

/** Where tabs do not fit beside each other, the one that is open is in sight. */
function showOpenTab() {
  for (const current of document.querySelectorAll('.tabs > [aria-current], .sidebar > [aria-current]')) {
    const bar = current.parentElement;
    if (!(current instanceof HTMLElement) || bar === null) continue;
    bar.scrollLeft = current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
  }
}
showOpenTab();
addEventListener('resize', showOpenTab);

/** Menus close when one looks elsewhere. */
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute('open');
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape')
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      menu.removeAttribute('open');
      menu.querySelector('summary')?.focus();
    }
  const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select');
  const search = document.querySelector('input[type=search]');
  if (event.key === '/' && !typing && search instanceof HTMLInputElement) {
    event.preventDefault();
    search.focus();
  }
});
