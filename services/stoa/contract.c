/* contract.c - the tables, and their form in the broker's configuration. */
#include "stoa/contract.h"

#include "base/check.h"

/* Journals are kept for ever and nobody may take anything out of them. */
#define JOURNAL(domain)                                                       \
	{                                                                     \
		"journal-" domain,                                            \
		    "\"subjects\":[\"stoa.journal." domain ".*.*\"],"         \
		    "\"retention\":\"limits\",\"storage\":\"file\","          \
		    "\"discard\":"                                            \
		    "\"new\",\"max_age\":0,\"max_msgs\":-1,\"max_bytes\":-1," \
		    "\"max_msg_size\":262144,\"deny_delete\":true,\"deny_"    \
		    "purge\":"                                                \
		    "true,\"allow_direct\":true,\"num_replicas\":1,"          \
		    "\"duplicate_window\":0"                                  \
	}

#define QUEUE(subject)                                                    \
	"\"subjects\":[\"" subject "\"],\"retention\":\"workqueue\","     \
	"\"storage\":\"file\",\"discard\":\"new\",\"max_msgs\":1000000,"  \
	"\"max_bytes\":1073741824,\"max_age\":0,\"max_msg_size\":262144," \
	"\"num_replicas\":1,\"duplicate_window\":3600000000000"

/* A key-value bucket as nats-io ADR-8 lays it out, without history. */
#define BUCKET(name, max_age_s, rest)                                       \
	{                                                                   \
		"KV_" name,                                                 \
		    "\"subjects\":[\"$KV." name ".>\"],"                    \
		    "\"retention\":\"limits\",\"storage\":\"file\","        \
		    "\"discard\":\"new\",\"max_msgs\":-1,\"max_bytes\":-1," \
		    "\"max_age\":" max_age_s ",\"max_msg_size\":65536,"     \
		    "\"max_msgs_per_subject\":1,\"allow_direct\":true,"     \
		    "\"allow_rollup_hdrs\":true,\"num_replicas\":1" rest    \
	}

/* Shorter than the age would be refused. */
#define DUPLICATE(window) ",\"duplicate_window\":" window

/* As long as a vote, its extension and its opening can last together, and a
 * bit. */
#define VOTE  "95040000000000000"
#define MONTH "2592000000000000"
#define WEEK  "604800000000000"

const struct contract_stream contract_streams[] = {
    JOURNAL("accounts"),
    JOURNAL("training"),
    JOURNAL("governance"),
    JOURNAL("marketplace"),
    JOURNAL("chain"),
    {"chat-in", QUEUE("stoa.chat.in.>")},
    {"chat-notice", QUEUE("stoa.chat.notice.>")},
    {"work", QUEUE("stoa.work.>")},
    /* One message per subject, the first wins: one final card per command. */
    {"chat-out",
	"\"subjects\":[\"stoa.chat.out.>\"],\"retention\":\"limits\","
	"\"storage\":\"file\",\"discard\":\"new\",\"discard_new_per_subject\":"
	"true,\"max_msgs_per_subject\":1,\"max_msgs\":-1,\"max_bytes\":-1,"
	"\"max_age\":604800000000000,\"max_msg_size\":262144,"
	"\"allow_direct\":true,\"num_replicas\":1,"
	"\"duplicate_window\":120000000000"},
    /* Interactions that want an answer within seconds. */
    {"discord-turn", QUEUE("stoa.discord.turn")},
    /* For whoever wants to listen: an hour of them, a gigabyte at most. A
     * session is resumed within minutes, which is as long as ids must fold. */
    {"discord-events",
	"\"subjects\":[\"stoa.event.discord.*.*\"],\"retention\":\"limits\","
	"\"storage\":\"file\",\"discard\":\"old\",\"max_msgs\":-1,"
	"\"max_bytes\":1073741824,\"max_age\":3600000000000,"
	"\"max_msg_size\":262144,\"allow_direct\":true,\"num_replicas\":1,"
	"\"duplicate_window\":600000000000"},
    /* Sessions of shards and the leases on them; never forgotten. */
    BUCKET("gateway", "0", ""),
    /* One identify per key in five seconds: the broker's clock decides. */
    BUCKET("gateway-identify", "5500000000", DUPLICATE("5000000000")),
    BUCKET("discord", MONTH, ""),
    BUCKET("chat-action", WEEK, ""),
    BUCKET("chat-sealed", VOTE, ""),
};
const size_t contract_stream_count = STOA_COUNT(contract_streams);

/* Delivered again when not ended in time; without end: what cannot be handled
 * is dropped by its consumer, by name. */
#define PULL(wait_s, pending)                                     \
	"\"ack_policy\":\"explicit\",\"deliver_policy\":\"all\"," \
	"\"replay_policy\":\"instant\",\"ack_wait\":" #wait_s     \
	"000000000,\"max_deliver\":-1,\"max_ack_pending\":" #pending

const struct contract_consumer contract_consumers[] = {
    {"chat-in", "bot", PULL(10, 4096)},
    {"chat-notice", "bot", PULL(10, 4096)},
    {"work", "worker", PULL(10, 1024)},
    {"discord-turn", "discord", PULL(1, 4096)},
    {"chat-out", "discord",
	PULL(3, 1024) ",\"filter_subject\":\"stoa.chat.out.discord.>\""},
};
const size_t contract_consumer_count = STOA_COUNT(contract_consumers);

#define JOURNAL_RIGHTS(domain)                                     \
	"stoa.journal." domain ".*.*", "stoa.peer." domain ".*.*", \
	    "$JS.API.STREAM.INFO.journal-" domain,                 \
	    "$JS.API.DIRECT.GET.journal-" domain,                  \
	    "$JS.API.CONSUMER.CREATE.journal-" domain,             \
	    "$JS.FC.journal-" domain ".>"

#define PULL_RIGHTS(stream, durable)                     \
	"$JS.API.CONSUMER.MSG.NEXT." stream "." durable, \
	    "$JS.ACK." stream "." durable ".>"

#define BUCKET_RIGHTS(bucket)                                                  \
	"$KV." bucket ".>", "$JS.API.DIRECT.GET.KV_" bucket ".$KV." bucket "." \
			    ">"

#define OWN "_INBOX_%.>"
#define DISCOVERY \
	"$SRV.PING", "$SRV.INFO", "$SRV.STATS", "$SRV.*.%", "$SRV.*.%.*"

const struct contract_user contract_users[] = {
    {"accounts",
	{JOURNAL_RIGHTS("accounts"), "stoa.rpc.chain.accounts.*.Submit",
	    "stoa.rpc.chain.accounts.*.Intent",
	    "stoa.rpc.chain.accounts.*.OpenAccount",
	    "stoa.rpc.chain.accounts.*.Account"},
	{OWN, "stoa.rpc.accounts.>", "stoa.peer.accounts.*.*", DISCOVERY},
	true},
    {"training",
	{JOURNAL_RIGHTS("training"), "stoa.rpc.accounts.training.*.Hold",
	    "stoa.rpc.accounts.training.*.PostHold",
	    "stoa.rpc.accounts.training.*.VoidHold",
	    "stoa.rpc.storage.training.*.*", "stoa.work.*",
	    "stoa.chat.notice.*"},
	{OWN, "stoa.rpc.training.>", "stoa.peer.training.*.*", DISCOVERY},
	true},
    {"governance",
	{JOURNAL_RIGHTS("governance"), "stoa.rpc.accounts.governance.*.Balance",
	    "stoa.rpc.accounts.governance.*.Electors",
	    "stoa.rpc.accounts.governance.*.Hold",
	    "stoa.rpc.accounts.governance.*.PostHold",
	    "stoa.rpc.accounts.governance.*.VoidHold",
	    "stoa.rpc.accounts.governance.*.Configure",
	    "stoa.rpc.accounts.governance.*.Spend",
	    "stoa.rpc.accounts.governance.*.SetRole",
	    "stoa.rpc.training.governance.*.SubmitJob",
	    "stoa.rpc.marketplace.governance.*.Approve",
	    "stoa.rpc.marketplace.governance.*.Takedown",
	    "stoa.rpc.marketplace.governance.*.Restore",
	    "stoa.chat.notice.vote.*"},
	{OWN, "stoa.rpc.governance.>", "stoa.peer.governance.*.*", DISCOVERY},
	true},
    {"marketplace",
	{JOURNAL_RIGHTS("marketplace"), "stoa.rpc.accounts.marketplace.*.Hold",
	    "stoa.rpc.accounts.marketplace.*.PayHold",
	    "stoa.rpc.accounts.marketplace.*.Deposit",
	    "stoa.rpc.training.marketplace.*.Model",
	    "stoa.rpc.storage.marketplace.*.Pin", "stoa.chat.notice.market.*",
	    "stoa.rpc.chain.marketplace.*.Submit",
	    "stoa.rpc.chain.marketplace.*.Cancel",
	    "stoa.rpc.chain.marketplace.*.Intent",
	    "stoa.rpc.chain.marketplace.*.Sightings",
	    "stoa.rpc.chain.marketplace.*.Account",
	    "stoa.rpc.chain.marketplace.*.Token",
	    "stoa.rpc.chain.marketplace.*.OpenAccount"},
	{OWN, "stoa.rpc.marketplace.>", "stoa.peer.marketplace.*.*", DISCOVERY},
	true},
    {"chain", {JOURNAL_RIGHTS("chain"), "stoa.rpc.accounts.chain.*.Deposit"},
	{OWN, "stoa.rpc.chain.>", "stoa.peer.chain.*.*", DISCOVERY}, true},
    /* An empty allow-list would allow everything. */
    {"storage", {"stoa.peer.storage.*.*"},
	{OWN, "stoa.rpc.storage.>", DISCOVERY}, true},
    {"worker",
	{"stoa.rpc.training.worker.*.ClaimJob",
	    "stoa.rpc.training.worker.*.CompleteJob",
	    "stoa.rpc.training.worker.*.FailJob",
	    "stoa.rpc.training.worker.*.Heartbeat", "stoa.progress.job.*.*",
	    PULL_RIGHTS("work", "worker")},
	{OWN, "stoa.rpc.worker.>", DISCOVERY}, true},
    {"bot",
	{"stoa.rpc.accounts.bot.*.*", "stoa.rpc.training.bot.*.*",
	    "stoa.rpc.governance.bot.*.*", "stoa.rpc.marketplace.bot.*.*",
	    "stoa.rpc.storage.bot.*.*", "stoa.rpc.worker.bot.*.*",
	    "stoa.rpc.discord.bot.*.*", "stoa.rpc.chain.bot.*.Account",
	    "stoa.rpc.chain.bot.*.OpenAccount", "stoa.rpc.chain.bot.*.Token",
	    "stoa.rpc.chain.bot.*.Intent", "stoa.rpc.chain.bot.*.Wallet",
	    "stoa.chat.out.>", "stoa.progress.card.*.*", "$SRV.PING",
	    BUCKET_RIGHTS("chat-action"), BUCKET_RIGHTS("chat-sealed"),
	    PULL_RIGHTS("chat-in", "bot"), PULL_RIGHTS("chat-notice", "bot")},
	{OWN, "stoa.progress.job.*.*", "stoa.rpc.chat.>", DISCOVERY}, true},
    {"gateway",
	{"stoa.chat.in.discord.*.*", "stoa.discord.turn",
	    "stoa.event.discord.*.*", "stoa.rpc.discord.gateway.*.Call",
	    BUCKET_RIGHTS("gateway"), BUCKET_RIGHTS("gateway-identify")},
	{OWN, "$KV.gateway.replica.*", DISCOVERY}, true},
    {"discord",
	{"stoa.rpc.chat.discord.*.Suggest", "stoa.chat.in.discord.*.*",
	    BUCKET_RIGHTS("discord"), PULL_RIGHTS("discord-turn", "discord"),
	    PULL_RIGHTS("chat-out", "discord")},
	{OWN, "stoa.rpc.discord.>", "stoa.progress.card.discord.*", DISCOVERY},
	true},
    /* A terminal is one member: it speaks and hears under its own name. */
    {"console",
	{"stoa.chat.in.console.*.%",
	    "$JS.API.DIRECT.GET.chat-out.stoa.chat.out.console.%.*"},
	{OWN, "stoa.chat.out.console.%.*", "stoa.progress.card.console.%"},
	false},
    /* Provisioning and doctor; no daemon holds this key. */
    {"admin", {">"}, {">"}, false},
};
const size_t contract_user_count = STOA_COUNT(contract_users);

const struct contract_user *
contract_user_find(const char *name)
{
	for (size_t i = 0; i < contract_user_count; i++) {
		if (strcmp(contract_users[i].name, name) == 0) {
			return &contract_users[i];
		}
	}
	return NULL;
}

static void
subjects_print(const char *const *subjects, size_t max, const char *token,
    struct stoa_buf *out)
{
	for (size_t i = 0; i < max && subjects[i] != NULL; i++) {
		stoa_buf_add_text(out, i == 0 ? "\"" : ", \"");
		for (const char *at = subjects[i]; *at != '\0'; at++) {
			if (*at == '%') {
				stoa_buf_add_text(out, token);
			} else {
				stoa_buf_add_byte(out, (uint8_t)*at);
			}
		}
		stoa_buf_add_text(out, "\"");
	}
}

void
contract_user_print(const struct contract_user *user, const char *nkey,
    const char *token, struct stoa_buf *out)
{
	stoa_buf_printf(out,
	    "    # %s\n    { nkey: %s, permissions: {\n"
	    "      publish: { allow: [",
	    token, nkey);
	subjects_print(user->publish, STOA_COUNT(user->publish), token, out);
	stoa_buf_add_text(out, "] },\n      subscribe: { allow: [");
	subjects_print(
	    user->subscribe, STOA_COUNT(user->subscribe), token, out);
	stoa_buf_add_text(out, "] }");
	if (user->answers) {
		stoa_buf_add_text(out,
		    ",\n      allow_responses: { max: 1, expires: \"1m\" }");
	}
	stoa_buf_add_text(out, " } }\n");
}
