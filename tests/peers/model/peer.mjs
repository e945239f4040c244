// peer.mjs MODEL - reads a model's files with code that is not ours:
// model.safetensors with Hugging Face's parser, the card's front matter with
// js-yaml, provenance.json's encoding with sigstore's DSSE and its signature
// with Node's own Ed25519. Exits 1 on the first thing that does not hold.
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseSafetensorsMetadata } from "@huggingface/hub";
import { dsse } from "@sigstore/core";
import { load } from "js-yaml";

const model = process.argv[2];
const read = (name) => readFileSync(join(model, name));

// Answers the parser's range requests from the directory.
async function fetchLocal(url, init = {}) {
  const name = decodeURIComponent(String(url).split("/").pop());
  const range = new Headers(init.headers).get("range");
  const [first, last] = range.slice("bytes=".length).split("-").map(Number);
  let bytes;
  try {
    bytes = read(name);
  } catch {
    return new Response(null, {
      status: 404,
      headers: { "X-Error-Code": "EntryNotFound" },
    });
  }
  return new Response(bytes.subarray(first, last + 1), {
    status: 206,
    headers: {
      "Content-Range": `bytes ${first}-${last}/${bytes.length}`,
      ETag: '"local"',
    },
  });
}

const config = JSON.parse(read("config.json"));

const { header } = await parseSafetensorsMetadata({
  repo: "local/model",
  path: "model.safetensors",
  fetch: fetchLocal,
});
const rows = header.buckets.shape[0];
assert.deepEqual(
  Object.keys(header).filter((name) => name !== "__metadata__"),
  ["buckets", "idf", "weights", "bias"],
);
assert.equal(header.buckets.dtype, "U32");
assert.equal(header.weights.dtype, "F32");
assert.deepEqual(header.weights.shape, [rows, config.labels.length]);
assert.deepEqual(header.bias.shape, [config.labels.length]);
const file = read("model.safetensors");
const start = 8 + Number(file.readBigUInt64LE(0));
assert.equal(start + header.bias.data_offsets[1], file.length);
assert.ok(Number.isFinite(file.readFloatLE(file.length - 4)));

const [, front] = read("README.md").toString().split(/^---$/m);
const card = load(front);
assert.equal(card.pipeline_tag, "text-classification");
const { results } = card["model-index"][0];
const accuracy = results[0].metrics.find((m) => m.type === "accuracy");
assert.ok(accuracy.value > 0 && accuracy.value <= 1);
assert.ok(results[0].dataset.type && results[0].dataset.name);

const envelope = JSON.parse(read("provenance.json"));
const body = Buffer.from(envelope.payload, "base64");
const statement = JSON.parse(body);
const did = statement.predicate.runDetails.builder.id;
assert.equal(envelope.signatures[0].keyid, did);
const key = createPublicKey({
  key: { kty: "OKP", crv: "Ed25519", x: didKey(did).toString("base64url") },
  format: "jwk",
});
const pae = dsse.preAuthEncoding(envelope.payloadType, body);
const signature = Buffer.from(envelope.signatures[0].sig, "base64");
assert.ok(verify(null, pae, key, signature));
for (const subject of statement.subject) {
  const hash = createHash("sha256").update(read(subject.name)).digest("hex");
  assert.equal(subject.digest.sha256, hash);
}
assert.deepEqual(
  statement.subject.map((subject) => subject.name),
  readdirSync(model).filter((name) => name !== "provenance.json").sort(),
);

// The 32 bytes of an Ed25519 did:key.
function didKey(text) {
  const digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let value = 0n;
  for (const c of text.slice("did:key:z".length)) {
    value = value * 58n + BigInt(digits.indexOf(c));
  }
  const bytes = Buffer.from(value.toString(16).padStart(68, "0"), "hex");
  assert.equal(bytes.readUInt16BE(0), 0xed01);
  return bytes.subarray(2);
}

console.log(
  `peer model: ${rows} rows, ${config.labels.length} labels, ` +
    `accuracy ${accuracy.value}, signed by ${did}`,
);
