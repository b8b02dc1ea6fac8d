// Checks a proof in the reader's own browser: the leaf, its place in the tree, the signature of the log. It follows
// docs/trust.md and RFC 9162 section 2.1.3.2, and shares nothing with the program that made the proof.

const bytes = (text) => new TextEncoder().encode(text);
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
const unbase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const same = (one, other) => one.length === other.length && one.every((octet, at) => octet === other[at]);
const EVENTS = { SHOWN: 1, CHANGED: 2, ENDED: 3, RULES: 4 };

// RFC 8785: names in order, no space between.
function canonical(value) {
  if (Array.isArray(value)) return '[' + value.map(canonical).join(',') + ']';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return '{' + Object.keys(value).sort().map((name) => JSON.stringify(name) + ':' + canonical(value[name])).join(',') + '}';
}

function read(file) {
  const [head, note] = [file.slice(0, file.indexOf('\n\n')), file.slice(file.indexOf('\n\n') + 2)];
  const [first, extra, index, ...hashes] = head.split('\n');
  if (first !== 'c2sp.org/tlog-proof@v1') throw new Error('not a proof');
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const [, size, root] = text.split('\n');
  return {
    made: JSON.parse(new TextDecoder().decode(unbase64(extra.slice('extra '.length)))),
    index: BigInt(index.slice('index '.length)),
    hashes: hashes.map(unbase64),
    text,
    size: BigInt(size),
    root: unbase64(root),
    signatures: note.slice(note.lastIndexOf('\n\n') + 2).trim().split('\n'),
  };
}

async function leafOf(made) {
  const committed = await hash(bytes('xinshu log leaf v1\n'), unhex(made.salt), bytes(canonical(made.content)));
  return joined([1, EVENTS[made.event]], unhex(made.reference.replaceAll('-', '')), committed);
}

async function isIncluded(entry, proof) {
  if (proof.index >= proof.size) return false;
  let [place, last] = [proof.index, proof.size - 1n];
  let computed = await hash([0], entry);
  for (const other of proof.hashes) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      computed = await hash([1], other, computed);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else computed = await hash([1], computed, other);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(computed, proof.root);
}

async function isSigned(proof, vkey) {
  const [name, id, ...rest] = vkey.split('+');
  const key = unbase64(rest.join('+')).slice(1);
  const line = proof.signatures.find((signature) => signature.split(' ')[1] === name && same(unbase64(signature.split(' ')[2]).slice(0, 4), unhex(id)));
  if (!line) return false;
  const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'Ed25519' }, imported, unbase64(line.split(' ')[2]).slice(4), bytes(proof.text));
}

async function check(place) {
  const say = (step, good) => { place.querySelector(`[data-step="${step}"] .said`).textContent = good ? '✓ 是 yes' : '✗ 否 no'; };
  const conclude = (zh, en) => {
    const english = Object.assign(document.createElement('span'), { className: 'en', lang: 'en', textContent: ' ' + en });
    place.querySelector('.verdict').replaceChildren(zh, english);
  };
  try {
    const answer = await fetch(place.dataset.proof);
    if (!answer.ok) throw new Error(String(answer.status));
    const proof = read(await answer.text());
    const shown = location.pathname.split('/').includes(proof.made.content.record.ref);
    const entry = await leafOf(proof.made);
    say('leaf', shown);
    const included = await isIncluded(entry, proof);
    say('tree', included);
    const signed = await isSigned(proof, place.dataset.key);
    say('signature', signed);
    if (shown && included && signed) conclude('核对无误。', 'All of it is right.');
    else conclude('核对不符：请保存本页并联系审计方。', 'It does not fit: save this page and tell an auditor.');
  } catch {
    conclude('未能核对：请下载证明文件，用命令核对。', 'It could not be checked here: take the file of proof and use the command.');
  }
}

document.querySelectorAll('.checking').forEach(check);
