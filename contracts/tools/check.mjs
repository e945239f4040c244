// check.mjs - what the compiler does not ask for: complete documentation, sizes
// that a chain takes, and the published interface of those we stand in for.
import { readFileSync, readdirSync } from 'node:fs'
import { CONTRACTS, compiled, here, signature } from './compiled.mjs'

// EIP-170, EIP-3860.
const CODE_MAX = 24576
const INIT_MAX = 49152
const faults = []

// ---- documentation: of what others call, read in events, or get as errors ----

function missingTags (node, text) {
  const inputs = node.parameters.parameters.map((p) => p.name).filter(Boolean)
  const outputs = node.returnParameters?.parameters ?? []
  const missing = inputs.filter((name) => !new RegExp(`@param ${name}\\b`).test(text))
    .map((name) => `@param ${name}`)
  const returns = text.match(/@return /g)?.length ?? 0
  if (returns < outputs.length) missing.push(`${outputs.length} @return`)
  return missing
}

function checkMember (file, contract, node) {
  const isOthers = node.nodeType === 'FunctionDefinition' || node.nodeType === 'VariableDeclaration'
  if (isOthers && !['external', 'public'].includes(node.visibility) && node.kind !== 'constructor') return
  if (!['FunctionDefinition', 'EventDefinition', 'ErrorDefinition', 'StructDefinition', 'VariableDeclaration'].includes(node.nodeType)) return
  const text = node.documentation?.text ?? ''
  const place = `${file}: ${contract}.${node.name || node.kind}`
  if (/@inheritdoc /.test(text)) return
  if (!/@(notice|dev|param) /.test(text)) {
    faults.push(`${place} is not documented`)
  } else if (node.nodeType === 'StructDefinition') {
    for (const { name } of node.members) {
      if (!text.startsWith('@dev') && !new RegExp(`@param ${name}\\b`).test(text)) faults.push(`${place} lacks @param ${name}`)
    }
  } else if (node.parameters) {
    for (const tag of missingTags(node, text)) faults.push(`${place} lacks ${tag}`)
  }
}

let documented = 0
for (const path of readdirSync(here('src'), { recursive: true }).filter((p) => p.endsWith('.sol'))) {
  if (path === 'Limits.sol') continue
  const file = path.split('/').pop()
  const { ast } = compiled(file.replace('.sol', ''))
  for (const contract of ast.nodes.filter((n) => n.nodeType === 'ContractDefinition')) {
    if (!/@(title|notice)/.test(contract.documentation?.text ?? '')) faults.push(`${path}: ${contract.name} is not documented`)
    for (const node of contract.nodes) checkMember(path, contract.name, node)
    documented += contract.nodes.length
  }
}

// ---- sizes ----

let largest = 0
for (const name of CONTRACTS) {
  const code = compiled(name).deployedBytecode.object.length / 2 - 1
  const init = compiled(name).bytecode.object.length / 2 - 1
  largest = Math.max(largest, code)
  if (code > CODE_MAX || init > INIT_MAX) faults.push(`${name}: ${code} bytes (${CODE_MAX}), ${init} to deploy (${INIT_MAX})`)
}

// ---- MarketplaceV3 as its makers publish it ----

const theirs = JSON.parse(readFileSync(here('peers/thirdweb/node_modules/@thirdweb-dev/contracts/abi/IDirectListings.json'), 'utf8'))
const shape = (entry) => JSON.stringify([
  entry.type, signature(entry),
  (entry.outputs ?? []).map((o) => signature({ name: '', inputs: [o] })),
  entry.type === 'event' ? entry.inputs.map((i) => i.indexed) : []
])
const published = new Set((theirs.abi ?? theirs).map(shape))
const ours = compiled('IDirectListings').abi
for (const entry of ours) {
  if (!published.has(shape(entry))) faults.push(`IDirectListings: ${signature(entry)} is not as published`)
}

for (const fault of faults) console.error(`check-contracts: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log(`check-contracts: ${documented} members documented, largest code ${largest} of ${CODE_MAX} bytes, ${ours.length} entries as MarketplaceV3 publishes them`)
