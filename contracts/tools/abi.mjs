// abi.mjs - the contracts' functions, events and errors as tables in C, on
// standard output. services/chain/abi_tables.h says what a row is.
import sha3 from 'js-sha3'
import { CONTRACTS, compiled, signature } from './compiled.mjs'

const hash = (text) => sha3.keccak256(text)
const functions = new Map()
const errors = new Map()
const events = []

for (const contract of CONTRACTS) {
  for (const entry of compiled(contract).abi) {
    if (entry.type === 'function' || entry.type === 'error') {
      const text = signature(entry)
      ;(entry.type === 'error' ? errors : functions).set(hash(text).slice(0, 8), text)
    } else if (entry.type === 'event') {
      const text = signature(entry)
      const indexed = entry.inputs.reduce((bits, input, i) => bits | (input.indexed ? 1 << i : 0), 0)
      events.push({ contract, text, topic: hash(text), indexed })
    }
  }
}
// Two signatures with one selector would have been one row too few.
const bySelector = (rows) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([selector, text]) => `{0x${selector}, "${text}"},`).join('\n')
const byTopic = events
  .sort((a, b) => (a.topic + a.contract < b.topic + b.contract ? -1 : 1))
  .map(({ contract, text, topic, indexed }) =>
    `{"${topic}", ${indexed}, "${contract}", "${text}"},`).join('\n')

process.stdout.write(`/* abi_tables.c - made by \`make abi-tables\` from the contracts; not edited. */
#include "chain/abi_tables.h"

const struct abi_selector abi_functions[] = {
${bySelector(functions)}
};
const size_t abi_function_count = sizeof(abi_functions) / sizeof(abi_functions[0]);

const struct abi_selector abi_errors[] = {
${bySelector(errors)}
};
const size_t abi_error_count = sizeof(abi_errors) / sizeof(abi_errors[0]);

const struct abi_event abi_events[] = {
${byTopic}
};
const size_t abi_event_count = sizeof(abi_events) / sizeof(abi_events[0]);
`)
