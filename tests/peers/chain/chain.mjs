// chain.mjs - an anvil on loopback with everything deployed, vault included.
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { compiled, here } from '../../../contracts/tools/compiled.mjs'

const require = createRequire(new URL('../evm/', import.meta.url))
export const { ethers } = require('ethers')

const bin = (name) => here(`node_modules/@foundry-rs/${name}-linux-amd64/bin/${name}`)
// The first account of every anvil.
const DEPLOYER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

async function started (port) {
  const child = spawn(bin('anvil'), ['--host', '127.0.0.1', '--port', String(port),
    '--slots-in-an-epoch', '1', '--silent'], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  const provider = new ethers.JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1 })
  provider.pollingInterval = 20
  for (let i = 0; i < 200; i++) {
    try {
      await provider.send('eth_chainId', [])
      return { child, url, provider }
    } catch { await new Promise((resolve) => setTimeout(resolve, 50)) }
  }
  child.kill()
  throw new Error('anvil does not answer')
}

// The manifest is written under build/contracts, where forge may write.
export async function deployed (name, settings = {}) {
  const chain = await started(await freePort())
  const operator = ethers.Wallet.createRandom().connect(chain.provider)
  const manifest = `../build/contracts/${name}.json`
  const forge = spawnSync(bin('forge'), ['script', 'script/Deploy.s.sol', '--rpc-url', chain.url,
    '--broadcast', '--slow', '--silent', '--unlocked', '--sender', DEPLOYER], {
    cwd: here('.'),
    encoding: 'utf8',
    env: { ...process.env, STOA_HOLDER: DEPLOYER, STOA_OPERATOR: operator.address, STOA_MANIFEST: manifest, ...settings }
  })
  if (forge.status !== 0) {
    chain.child.kill()
    throw new Error(`forge: ${forge.stdout}${forge.stderr}`)
  }
  const path = here(manifest)
  const { contracts } = JSON.parse(readFileSync(path, 'utf8'))
  const contract = (kind, at = contracts[kind].address) => new ethers.Contract(at, compiled(kind).abi, chain.provider)
  await chain.provider.send('anvil_setBalance', [operator.address, '0x56bc75e2d63100000'])
  return { ...chain, operator, holder: await chain.provider.getSigner(DEPLOYER), path, contracts, contract }
}

// chain_tool at work: one question, one answer.
export function toolOf (program, manifest) {
  const child = spawn(program, [manifest], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (...words) => {
    child.stdin.write(words.map((w) => typeof w === 'string' ? w : JSON.stringify(w)).join('\t') + '\n')
    const { value, done } = await lines.next()
    if (done) throw new Error(`chain_tool has no answer to ${words[0]}`)
    return JSON.parse(value)
  }
  return { ask, end: () => child.kill() }
}
