// bench.mjs PROGRAM - signed and encoded EIP-1559 transactions, and recovered
// signatures, per second of processor time: ours, ethers, viem.
import { execFileSync } from 'node:child_process'
import * as ethers from 'ethers'
import { recoverAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const SECONDS = 2
const KEY = '0x' + '46'.repeat(32)
const TO = '0x3535353535353535353535353535353535353535'
const DATA = '0xa9059cbb' + '00'.repeat(64)
const FEES = { maxFeePerGas: 100000000000n, maxPriorityFeePerGas: 25000000000n }

const seconds = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6 }

async function rate (act) {
  for (let i = 0; i < 200; i++) await act(i) // warm
  let n = 0
  const began = seconds()
  let took = 0
  for (; took < SECONDS; took = seconds() - began) {
    for (let i = 0; i < 50; i++) await act(n++)
  }
  return n / took
}

const signingKey = new ethers.SigningKey(KEY)
const account = privateKeyToAccount(KEY)
const hash = ethers.id('x')
const signature = signingKey.sign(hash).serialized

const rows = {
  ethers: {
    sign: await rate((nonce) => {
      const tx = ethers.Transaction.from({ type: 2, chainId: 137, nonce, gasLimit: 60000n, to: TO, data: DATA, ...FEES })
      tx.signature = signingKey.sign(tx.unsignedHash)
      return tx.serialized
    }),
    recover: await rate(() => ethers.recoverAddress(hash, signature))
  },
  viem: {
    sign: await rate((nonce) => account.signTransaction({ type: 'eip1559', chainId: 137, nonce, gas: 60000n, to: TO, data: DATA, ...FEES })),
    recover: await rate(() => recoverAddress({ hash, signature }))
  }
}
const ours = Object.fromEntries(execFileSync(process.argv[2], { encoding: 'utf8' }).trim().split('\n').map((l) => l.split(' ')))
for (const what of ['sign', 'recover']) {
  const best = Math.max(rows.ethers[what], rows.viem[what])
  console.log(`bench-evm ${what}: ${ours[what]}/s of processor time; ethers ${rows.ethers[what].toFixed(0)}, viem ${rows.viem[what].toFixed(0)}; ` +
    `${(ours[what] / best).toFixed(1)} times the better one`)
}
