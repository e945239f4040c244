// routes.mjs - the table of REST routes: "METHOD template" -> what it takes
// (body: json or files, query: known parameters, auth: false when the token is
// in the path, exempt: outside the global limit) and what it does.
import { invalidBody, refuse } from './answer.mjs'
import { commandRoutes } from './commands.mjs'
import { interactionRoutes } from './interactions.mjs'
import { accessOf, messageRoutes } from './messages.mjs'
import { schemaErrors } from './schema.mjs'

function guildOf(state, id) {
  const rec = state.guilds.get(id)
  if (!rec || rec.revoked) refuse(404, 10004, 'Unknown Guild')
  return rec
}

function gatewayBot({ state, gateway }) {
  const { config } = state
  return {
    url: gateway.url,
    shards: config.shards,
    session_start_limit: {
      total: config.session_start_total,
      remaining: Math.max(0, config.session_start_remaining),
      reset_after: 14_400_000,
      max_concurrency: config.max_concurrency
    }
  }
}

function application({ state }) {
  return {
    id: state.appId,
    name: 'stoa',
    icon: null,
    description: '',
    type: null,
    bot: state.bot,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: state.publicKey,
    flags: 0,
    flags_new: '0',
    integration_types_config: { 0: {}, 1: {} },
    redirect_uris: [],
    interactions_endpoint_url: state.endpointUrl ?? null,
    role_connections_verification_url: null,
    owner: state.people()[0],
    approximate_guild_count: state.guilds.size,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    eligible_oauth2_scopes: [],
    explicit_content_filter: 0,
    team: null
  }
}

function openDirect({ state, gateway }, { json }) {
  const wrong = schemaErrors('CreatePrivateChannelRequest', json)
  if (wrong) invalidBody(wrong)
  if (!json.recipient_id || !state.users.has(json.recipient_id)) {
    invalidBody({
      recipient_id: { _errors: [{ code: 'USER_NOT_FOUND', message: 'Unknown user' }] }
    })
  }
  if (json.recipient_id === state.bot.id) refuse(400, 50033, 'Invalid Recipient(s)')
  const had = state.channels.size
  const channel = state.directChannel(json.recipient_id)
  if (state.channels.size > had) gateway.dispatch('CHANNEL_CREATE', channel, { guildId: null })
  return channel
}

export const routes = {
  'GET /gateway': { auth: 'any', run: ({ gateway }) => ({ url: gateway.url }) },
  'GET /gateway/bot': { run: gatewayBot },
  'GET /users/@me': {
    run: ({ state }) => ({
      ...state.bot,
      mfa_enabled: true,
      locale: 'en-US',
      verified: true,
      email: null,
      premium_type: 0
    })
  },
  'GET /users/{user}': {
    run: ({ state }, { user }) => state.users.get(user) ?? refuse(404, 10013, 'Unknown User')
  },
  'GET /applications/@me': { run: application },
  'POST /users/@me/channels': { body: 'json', run: openDirect },
  'GET /channels/{channel}': {
    run: ({ state }, { channel }) => accessOf(state, channel, false)
  },
  'GET /guilds/{guild}': {
    query: ['with_counts'],
    run: ({ state }, { guild }) => guildOf(state, guild).guild
  },
  'GET /guilds/{guild}/roles': {
    run: ({ state }, { guild }) => guildOf(state, guild).guild.roles
  },
  'GET /guilds/{guild}/channels': {
    run({ state }, { guild }) {
      guildOf(state, guild)
      return state.channelsOf(guild)
    }
  },
  'GET /guilds/{guild}/members/{user}': {
    run: ({ state }, { guild, user }) =>
      guildOf(state, guild).members.get(user) ?? refuse(404, 10007, 'Unknown Member')
  },
  ...commandRoutes,
  ...messageRoutes,
  ...interactionRoutes
}
