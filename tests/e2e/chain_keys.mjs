// chain_keys.mjs WHAT...: looks for a key and its password, in every form in
// which they could have been written. Both come by the environment, CANARY_KEY
// (0x and 64 digits) and CANARY_PASSWORD. WHAT is a file, a folder, or a
// process as "pid:NUMBER:NAME": its memory, command line and environment. Says
// where it has found what and how often, a line each: "PLACE FORM COUNT".
import fs from 'node:fs';
import path from 'node:path';

const key = Buffer.from(process.env.CANARY_KEY.slice(2), 'hex');
const password = process.env.CANARY_PASSWORD;
if (key.length !== 32 || password.length < 16) throw new Error('no canary');

// Base64 of something longer that holds it: three places where it may begin,
// without the characters at either end that others share.
const inner = (bytes, encoding) => [0, 1, 2].map((skip) => {
  const text = Buffer.concat([Buffer.alloc(skip), bytes]).toString(encoding).replace(/=/g, '');
  return text.slice(skip === 0 ? 0 : skip + 1, Math.floor(((skip + bytes.length) * 8) / 6));
});
const needles = [];
const needle = (form, bytes) => needles.push({ form, bytes: Buffer.from(bytes) });
const hex = key.toString('hex');
needle('key:bytes', key);
needle('key:bytes-reversed', Buffer.from(key).reverse());
needle('key:hex', hex);
needle('key:HEX', hex.toUpperCase());
needle('key:decimal', BigInt(`0x${hex}`).toString());
for (const encoding of ['base64', 'base64url']) {
  for (const text of inner(key, encoding)) needle(`key:${encoding}`, text);
  for (const text of inner(Buffer.from(password), encoding)) needle(`password:${encoding}`, text);
}
needle('password:text', password);
needle('password:hex', Buffer.from(password).toString('hex'));
const overlap = Math.max(...needles.map((n) => n.bytes.length)) - 1;

let places = 0, size = 0;
const tell = (place, found) => {
  places++;
  for (const [form, count] of found) console.log(`${place} ${form} ${count}`);
};
const look = (bytes, from, found) => {
  for (const { form, bytes: b } of needles) {
    // What ends in the part that was looked at before has been counted.
    for (let at = bytes.indexOf(b); at >= 0; at = bytes.indexOf(b, at + 1)) {
      if (at + b.length > from) found.set(form, (found.get(form) ?? 0) + 1);
    }
  }
};
const CHUNK = 4 << 20;
const buffer = Buffer.alloc(CHUNK + overlap);
// `end` may be Infinity: to the end of the file.
const span = (fd, begin, end, found) => {
  let kept = 0;
  for (let at = begin; at < end;) {
    const want = end === Infinity ? CHUNK : Number(end - at < BigInt(CHUNK) ? end - at : BigInt(CHUNK));
    let got = 0;
    try { got = fs.readSync(fd, buffer, kept, want, at); } catch { return; } // no page there
    if (got === 0) return;
    size += got;
    look(buffer.subarray(0, kept + got), kept, found);
    const keep = Math.min(overlap, kept + got);
    buffer.copyWithin(0, kept + got - keep, kept + got);
    kept = keep;
    at += BigInt(got);
  }
};
const file = (name, place = name) => {
  const found = new Map();
  let fd;
  try { fd = fs.openSync(name, 'r'); } catch (e) {
    if (e.code === 'ENOENT' || e.code === 'ENXIO') return; // gone; a socket
    throw e;
  }
  span(fd, 0n, Infinity, found);
  fs.closeSync(fd);
  tell(place, found);
};
const tree = (name) => {
  const stat = fs.lstatSync(name, { throwIfNoEntry: false });
  if (stat?.isDirectory()) {
    for (const entry of fs.readdirSync(name)) tree(path.join(name, entry));
  } else if (stat?.isFile()) {
    file(name);
  }
};
const memory = (pid, name) => {
  const found = new Map();
  const maps = fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  const fd = fs.openSync(`/proc/${pid}/mem`, 'r');
  const before = size;
  for (const line of maps) {
    const m = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)$/.exec(line);
    if (m && !m[3].startsWith('[v')) span(fd, BigInt(`0x${m[1]}`), BigInt(`0x${m[2]}`), found);
  }
  fs.closeSync(fd);
  if (size - before < 65536) throw new Error(`${name}: its memory cannot be read`);
  tell(`memory:${name}`, found);
  for (const part of ['cmdline', 'environ']) file(`/proc/${pid}/${part}`, `${part}:${name}`);
};

for (const what of process.argv.slice(2)) {
  const m = /^pid:(\d+):(.+)$/.exec(what);
  if (m) memory(m[1], m[2]); else tree(what);
}
console.error(`${places} places, ${(size / 1048576).toFixed(0)} MiB`);
