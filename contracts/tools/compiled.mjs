// compiled.mjs - what `forge build` made, for the other tools.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const out = new URL('../../build/contracts/out/', import.meta.url)

// What a deployment consists of.
export const CONTRACTS = [
  'Account', 'IdentityRegistry', 'JoyGovernor', 'JoyToken', 'LeaseEscrow', 'ModelMarket',
  'ModelNFT', 'ModelRegistry', 'Splitter', 'TimelockController', 'Vault', 'VoucherChannel'
]

export function compiled (source, name = source) {
  return JSON.parse(readFileSync(new URL(`${source}.sol/${name}.json`, out), 'utf8'))
}

// The type of a parameter as selectors and topics have it.
function canonical ({ type, components }) {
  return type.startsWith('tuple')
    ? `(${components.map(canonical).join(',')})${type.slice('tuple'.length)}`
    : type
}

export const signature = ({ name, inputs }) => `${name}(${inputs.map(canonical).join(',')})`

export const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
