// bench-discordjs.mjs API - discord.js with its default caches takes a plain
// replay: without a native add-on this release of it cannot decompress.
import { Client, GatewayIntentBits } from 'discord.js'
import { Meter } from './meter.mjs'

const meter = new Meter('discord.js')
const I = GatewayIntentBits
const client = new Client({
  intents: [
    I.Guilds,
    I.GuildMembers,
    I.GuildMessages,
    I.GuildMessageReactions,
    I.GuildMessageTyping,
    I.GuildVoiceStates,
    I.MessageContent
  ],
  rest: { api: process.argv[2].replace(/\/v10$/, ''), version: '10' }
})
for (const name of ['messageCreate', 'messageUpdate', 'interactionCreate', 'guildCreate'])
  client.on(name, () => {})
client.on('raw', (packet) => meter.take(packet.t))
await client.login('recorded')
