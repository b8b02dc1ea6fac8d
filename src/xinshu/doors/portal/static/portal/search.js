// Offers organisations while one types: a combobox with a list (WAI-ARIA). Without it the form works as ever.

const WAIT = 180; // milliseconds after the last key

function combobox(form) {
  const input = form.querySelector('input[name="q"]');
  const list = document.createElement('ul');
  const heard = document.createElement('p');
  list.id = input.id + '-list';
  list.className = 'suggestions';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', form.dataset.label);
  heard.className = 'heard';
  heard.setAttribute('role', 'status');
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false' }))
    input.setAttribute(name, value);
  input.closest('.field').append(list);
  form.append(heard);

  let timer = 0;
  let asking = null;
  let chosen = -1;

  const options = () => [...list.children];

  function choose(place) {
    chosen = place;
    options().forEach((option, index) => option.setAttribute('aria-selected', String(index === place)));
    if (place < 0) input.removeAttribute('aria-activedescendant');
    else {
      input.setAttribute('aria-activedescendant', options()[place].id);
      options()[place].scrollIntoView({ block: 'nearest' });
    }
  }

  function close() {
    clearTimeout(timer);
    if (asking) asking.abort();
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    heard.textContent = '';
    choose(-1);
  }

  // Chinese first, then English, each in its own language for screen readers.
  function words(zh, en) {
    const span = document.createElement('span');
    const english = document.createElement('span');
    english.className = 'en';
    english.lang = 'en';
    english.textContent = en;
    span.append(zh, ' ', english);
    return span;
  }

  function option(found, index) {
    const item = document.createElement('li');
    const name = document.createElement('b');
    const more = document.createElement('small');
    item.id = list.id + '-' + index;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.dataset.address = found.address;
    name.textContent = found.name;
    if (found.former) {
      const former = words(...form.dataset.former.split('|'));
      former.append(' ', found.former);
      more.append(former);
    }
    more.append(found.code);
    for (const pair of [found.place, found.kind]) if (pair) more.append(words(...pair));
    item.append(name, more);
    return item;
  }

  function offer(found) {
    list.replaceChildren(...found.map(option));
    choose(-1);
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    const said = words(...(found.length ? form.dataset.some : form.dataset.none).split('|'));
    heard.replaceChildren(...(found.length ? [found.length + ' '] : []), said);
  }

  async function ask() {
    const text = input.value.trim();
    if (asking) asking.abort();
    if ([...text].length < 2) return close();
    const own = (asking = new AbortController());
    try {
      const said = await fetch(form.dataset.suggest + '?' + new URLSearchParams({ q: text }), { signal: own.signal });
      const found = said.ok ? (await said.json()).suggestions : [];
      if (asking === own && document.activeElement === input) offer(found);
    } catch (failure) {
      if (asking === own) close();
    }
  }

  input.addEventListener('input', (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener('compositionend', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    const count = list.children.length;
    if (event.key === 'ArrowDown' && !open) ask();
    else if (event.key === 'ArrowDown') choose(chosen + 1 < count ? chosen + 1 : -1);
    else if (event.key === 'ArrowUp' && open) choose(chosen < 0 ? count - 1 : chosen - 1);
    else if (event.key === 'Escape' && open) close();
    else if (event.key === 'Enter' && open && chosen >= 0) location.assign(options()[chosen].dataset.address);
    else return;
    event.preventDefault();
  });
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const item = event.target.closest('li');
    if (item) location.assign(item.dataset.address);
  });
}

document.querySelectorAll('form[data-suggest]').forEach(combobox);
