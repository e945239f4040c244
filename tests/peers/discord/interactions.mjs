// interactions.mjs - interactions: made by the control API, answered within
// three seconds, followed up while their token lives.
import { invalidBody, refuse } from './answer.mjs'
import { modalComponents } from './components.mjs'
import * as lim from './limits.mjs'
import { createMessage, editMessage, find, removeMessage, tell } from './messages.mjs'
import { checkMessage, dropInert } from './rules.mjs'
import { errorAdd, schemaErrors } from './schema.mjs'
import { snowflake } from './snowflake.mjs'
import { PERMISSIONS_ALL, secret } from './state.mjs'

// Interaction type -> callback types that may answer it.
const ALLOWED = {
  1: [1],
  2: [4, 5, 9, 12],
  3: [4, 5, 6, 7, 9, 12],
  4: [8],
  5: [4, 5, 6, 7, 12]
}
const SCHEMA = {
  1: 'PongInteractionCallbackRequest',
  4: 'CreateMessageInteractionCallbackRequest',
  5: 'CreateMessageInteractionCallbackRequest',
  6: 'UpdateMessageInteractionCallbackRequest',
  7: 'UpdateMessageInteractionCallbackRequest',
  8: 'ApplicationCommandAutocompleteCallbackRequest',
  9: 'ModalInteractionCallbackRequest',
  12: 'LaunchActivityInteractionCallbackRequest'
}
const REPLY_FLAGS =
  lim.FLAG_SUPPRESS_EMBEDS | lim.FLAG_EPHEMERAL | lim.FLAG_SUPPRESS_NOTIFICATIONS | lim.FLAG_V2

export function newInteraction(state, spec) {
  const {
    type,
    data,
    guild_id: guildId = null,
    channel_id: channelId,
    user_id: userId,
    message
  } = spec
  const user = state.users.get(userId)
  const rec = guildId && state.guilds.get(guildId)
  const channel = state.channels.get(channelId).channel
  const owner = state.config.user_install_only ? { 1: userId } : { 0: guildId ?? '0' }
  const d = {
    id: snowflake(),
    application_id: state.appId,
    type,
    ...(data ? { data } : {}),
    ...(guildId
      ? {
          guild_id: guildId,
          guild: { id: guildId, locale: rec.guild.preferred_locale, features: [] },
          guild_locale: rec.guild.preferred_locale
        }
      : {}),
    channel: { ...channel, permissions: PERMISSIONS_ALL },
    channel_id: channelId,
    token: `aW50ZXJhY3Rpb246${secret(48)}`,
    version: 1,
    app_permissions: PERMISSIONS_ALL,
    locale: spec.locale ?? 'en-US',
    entitlements: [],
    entitlement_sku_ids: [],
    authorizing_integration_owners: owner,
    context: guildId ? 0 : 1,
    attachment_size_limit: state.config.attachment_size_limit,
    ...(message ? { message } : {})
  }
  if (guildId) {
    d.member = {
      ...(rec.members.get(userId) ?? state.addMember(guildId, user)),
      permissions: spec.permissions ?? '2248473465835073',
      ...(spec.roles ? { roles: spec.roles } : {})
    }
  } else d.user = user
  const interaction = {
    id: d.id,
    token: d.token,
    d,
    type,
    guildId,
    channelId,
    userId,
    sentAt: Date.now(),
    answers: [],
    answeredAt: null,
    answerType: null,
    original: null,
    deferred: false,
    followups: 0,
    heard: 0,
    fromComponent: spec.fromComponent ?? Boolean(message),
    modal: null,
    choices: null,
    messageIds: []
  }
  state.interactions.set(d.id, interaction)
  state.tokens.set(d.token, interaction)
  return interaction
}

function metadata(state, it) {
  return {
    id: it.id,
    type: it.type,
    user: state.users.get(it.userId),
    authorizing_integration_owners: it.d.authorizing_integration_owners,
    ...(it.type === 3 ? { interacted_message_id: it.d.message.id } : {}),
    ...(it.type === 5
      ? {
          triggering_interaction_metadata: {
            id: it.id,
            type: 2,
            user: state.users.get(it.userId),
            authorizing_integration_owners: it.d.authorizing_integration_owners
          }
        }
      : {})
  }
}

function reply(fake, it, json, files, flags) {
  const message = createMessage(fake.state, {
    channelId: it.channelId,
    author: fake.state.bot,
    json,
    files,
    flags,
    type: it.type === 2 ? 20 : 0,
    more: {
      application_id: fake.state.appId,
      webhook_id: fake.state.appId,
      interaction_metadata: metadata(fake.state, it)
    }
  })
  it.messageIds.push(message.id)
  tell(fake, 'MESSAGE_CREATE', message)
  return message
}

function checkCallback(it, json, files) {
  const type = json?.type
  if (!SCHEMA[type])
    invalidBody({
      type: { _errors: [{ code: 'BASE_TYPE_CHOICES', message: 'Not a callback type' }] }
    })
  if (
    !ALLOWED[it.type].includes(type) ||
    (it.type === 5 && !it.fromComponent && (type === 6 || type === 7))
  ) {
    invalidBody({
      type: {
        _errors: [
          {
            code: 'INTERACTION_CALLBACK_TYPE',
            message: `Callback type ${type} does not answer an interaction of type ${it.type}`
          }
        ]
      }
    })
  }
  if (type === 4 || type === 7) dropInert(json.data)
  const wrong = schemaErrors(SCHEMA[type], json)
  if (wrong) invalidBody(wrong)
  const tree = {}
  if (type === 5 && json.data) {
    const key = Object.keys(json.data).find((k) => k !== 'flags')
    if (key)
      errorAdd(
        tree,
        ['data', key],
        'DEFER_TAKES_FLAGS_ONLY',
        'A deferred answer has no content'
      )
    if ((json.data.flags ?? 0) & ~lim.FLAG_EPHEMERAL)
      errorAdd(
        tree,
        ['data', 'flags'],
        'MESSAGE_FLAGS_INVALID',
        'Only EPHEMERAL can be set on a deferred answer'
      )
  }
  if (type === 6 && json.data && Object.keys(json.data).length)
    errorAdd(tree, ['data'], 'DEFER_TAKES_NOTHING', 'A deferred update has no data')
  if (type === 8) choiceRules(tree, it, json.data?.choices)
  if (type === 9) modalComponents(tree, json.data)
  if (type !== 4 && type !== 7 && files.size)
    errorAdd(tree, [], 'FILES_NOT_ALLOWED', 'Files go with a message')
  if (Object.keys(tree).length) invalidBody(tree)
  if (type === 4) checkMessage({ json, files, flags: REPLY_FLAGS, base: ['data'] })
  if (type === 7)
    checkMessage({ json, files, flags: REPLY_FLAGS, base: ['data'], before: it.d.message })
}

function choiceRules(tree, it, choices) {
  const walk = (options) => (options ?? []).flatMap((o) => [o, ...walk(o.options)])
  const focused = walk(it.d.data.options).find((o) => o.focused)
  if (!focused) throw new Error('no option is focused')
  if (!choices)
    return errorAdd(tree, ['data', 'choices'], 'BASE_TYPE_REQUIRED', 'This field is required')
  for (const [i, c] of choices.entries()) {
    const path = ['data', 'choices', i, 'value']
    const fits =
      focused.type === 3 ? typeof c?.value === 'string' : typeof c?.value === 'number'
    if (!fits)
      errorAdd(
        tree,
        path,
        'APPLICATION_COMMAND_CHOICE_TYPE',
        `The focused option has type ${focused.type}`
      )
    if (focused.type === 3 && [...String(c?.value)].length > 100)
      errorAdd(tree, path, 'BASE_TYPE_BAD_LENGTH', 'Must be 100 or fewer in length.')
  }
}

// Carries out a callback that was found right; `json` as in the API.
function carryOut(fake, it, json, files) {
  const { state } = fake
  const data = json.data ?? {}
  switch (json.type) {
    case 4:
      it.original = reply(fake, it, data, files, data.flags ?? 0)
      break
    case 5:
      it.deferred = true
      it.original = reply(fake, it, {}, new Map(), lim.FLAG_LOADING | (data.flags ?? 0))
      break
    case 6:
      it.original = it.d.message ?? null
      break
    case 7:
      it.original = it.d.message
      editMessage(state, state.messages.get(it.d.message.id).message, data, files)
      tell(fake, 'MESSAGE_UPDATE', state.messages.get(it.d.message.id).message)
      break
    case 8:
      it.choices = data.choices
      break
    case 9:
      it.modal = data
      break
  }
}

// Answers an interaction, from REST or in the body of an HTTP delivery.
export function answer(fake, it, json, files = new Map(), at = Date.now()) {
  const late = at - it.sentAt
  it.answers.push({ at, after_ms: late, type: json?.type })
  if (it.answeredAt) refuse(400, 40060, 'Interaction has already been acknowledged.')
  if (late > fake.state.config.callback_deadline_ms) refuse(404, 10062, 'Unknown interaction')
  checkCallback(it, json, files)
  it.answeredAt = at
  it.answerType = json.type
  carryOut(fake, it, json, files)
  fake.state.touch()
}

function callback(fake, { interaction: id, token, json, files, query, at }) {
  const it = fake.state.interactions.get(id)
  if (!it || it.token !== token) refuse(404, 10062, 'Unknown interaction')
  answer(fake, it, json, files, at)
  if (query.get('with_response') !== 'true') return null
  const m = it.original
  return {
    interaction: {
      id,
      type: it.type,
      ...(m
        ? {
            response_message_id: m.id,
            response_message_loading: Boolean(m.flags & lim.FLAG_LOADING),
            response_message_ephemeral: Boolean(m.flags & lim.FLAG_EPHEMERAL)
          }
        : {})
    },
    resource: { type: json.type, ...(m ? { message: m } : {}) }
  }
}

function byToken(fake, application, token) {
  const it = fake.state.tokens.get(token)
  if (!it || application !== fake.state.appId) refuse(404, 10015, 'Unknown Webhook')
  if (Date.now() - it.sentAt > fake.state.config.token_ttl_ms)
    refuse(401, 50027, 'Invalid Webhook Token')
  if (!it.answeredAt)
    refuse(404, 10015, 'Unknown Webhook: the interaction was not answered yet')
  return it
}

function replyOf(fake, it, id) {
  if (id !== '@original') {
    if (!it.messageIds.includes(id) && it.original?.id !== id)
      refuse(404, 10008, 'Unknown Message')
    return find(fake.state, it.channelId, id, { hook: true })
  }
  if (!it.original) refuse(404, 10008, 'Unknown Message')
  return find(fake.state, it.channelId, it.original.id, { hook: true })
}

function followUp(fake, { application, token, json, files, query }) {
  const { state } = fake
  const it = byToken(fake, application, token)
  if (json && ('username' in json || 'avatar_url' in json))
    invalidBody({
      username: {
        _errors: [
          { code: 'NOT_FOR_INTERACTIONS', message: 'A follow-up speaks as the application' }
        ]
      }
    })
  if (query.get('wait') === 'false')
    invalidBody({
      wait: { _errors: [{ code: 'WAIT_IS_TRUE', message: 'wait is always true here' }] }
    })
  checkMessage({ schema: 'IncomingWebhookInteractionRequest', json, files, flags: REPLY_FLAGS })
  // Once that is deleted, a follow-up is a message of its own.
  const isThinking = it.original?.flags & lim.FLAG_LOADING && !state.messages.get(it.original.id).deletedAt
  if (it.deferred && isThinking) {
    state.violate('deprecated', 'a follow-up that edits a deferred answer', it.id)
    return editMessage(state, it.original, json, files)
  }
  if (state.config.user_install_only && ++it.followups > 5)
    refuse(400, 40094, 'This interaction has reached its maximum number of follow-up messages')
  return reply(fake, it, json, files, json.flags ?? 0)
}

function patchReply(fake, { application, token, reply: id, json, files }) {
  const it = byToken(fake, application, token)
  const message = replyOf(fake, it, id)
  checkMessage({
    schema: 'IncomingWebhookUpdateRequestPartial',
    json,
    files,
    before: message,
    flags: lim.FLAG_SUPPRESS_EMBEDS | lim.FLAG_V2
  })
  editMessage(fake.state, message, json, files)
  tell(fake, 'MESSAGE_UPDATE', message)
  return message
}

const hook = { auth: false, exempt: true }
const ONE = '/webhooks/{application}/{token}/messages/{reply}'

export const interactionRoutes = {
  'POST /interactions/{interaction}/{token}/callback': {
    ...hook,
    body: 'files',
    query: ['with_response'],
    run: callback
  },
  'POST /webhooks/{application}/{token}': {
    ...hook,
    body: 'files',
    query: ['wait', 'with_components'],
    run: followUp
  },
  [`GET ${ONE}`]: {
    ...hook,
    run: (fake, { application, token, reply: id }) =>
      replyOf(fake, byToken(fake, application, token), id)
  },
  [`PATCH ${ONE}`]: { ...hook, body: 'files', query: ['with_components'], run: patchReply },
  [`DELETE ${ONE}`]: {
    ...hook,
    run(fake, { application, token, reply: id }) {
      return removeMessage(fake, replyOf(fake, byToken(fake, application, token), id))
    }
  }
}
