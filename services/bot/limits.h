/* limits.h - every bound of the bot, with its reason. */
#ifndef BOT_LIMITS_H
#define BOT_LIMITS_H

#include "accounts/limits.h"
#include "base/money.h"
#include "base/time.h"
#include "governance/limits.h"
#include "governance/tally_limits.h"
#include "marketplace/limits.h"
#include "training/limits.h"

/* ---- the catalogue: the tightest of the platforms it is shown on ---- */

/* Discord: names 1 to 32 of lower-case letters, digits, - and _; Telegram
 * has no hyphen, so the catalogue has none either. */
#define BOT_NAME_LEN_MAX 32

/* Discord: descriptions of commands and options, in characters. */
#define BOT_TEXT_LEN_MAX 100

/* Discord: options of a command, choices of an option. */
#define BOT_OPTIONS_MAX 25
#define BOT_CHOICES_MAX 25

/* Discord: names, descriptions and choices of one command together. */
#define BOT_COMMAND_TEXT_MAX 8000

/* Telegram: commands of one bot; Discord would take 100 as well. */
#define BOT_COMMANDS_MAX 100

/* ---- one command as text ---- */

/* Longer than the longest message any platform carries (Discord 6,000 in a
 * string option, Telegram 4,096). */
#define BOT_LINE_LEN_MAX 8192

/* Parameters are a flat object of a few dozen numbers. */
#define BOT_JSON_LEN_MAX 4096

/* A question: a model of ours reads a few hundred words at most. */
#define BOT_QUESTION_LEN_MAX 2000

/* Names of models, datasets and jobs: what the domains allow. */
#define BOT_LABEL_LEN_MAX ((int)TRAINING_NAME_MAX)

/* A memo: what the ledger allows. */
#define BOT_MEMO_LEN_MAX ((int)ACCOUNTS_MEMO_MAX)

/* A CID in any base: "b" and base32 of SHA-256 take 59; SHA-512 takes 111. */
#define BOT_CID_LEN_MAX ((int)TRAINING_CID_MAX)
#define BOT_CID_LEN_MIN 46

/* Ids of jobs and models are 12 long; unique names are allowed too. */
#define BOT_ID_LEN_MAX 64

/* An address of any chain: what is no address of ours is told apart. */
#define BOT_ADDRESS_LEN_MAX 128

/* A claim is shown whole or not at all: beside it a card's text has room for a
 * sentence. */
#define BOT_CLAIM_SHOWN_MAX 3000u

/* A member: "u_..." or a platform's mention, "<@!123456789012345678>". */
#define BOT_PERSON_LEN_MAX 64

/* A path on the terminal's machine: PATH_MAX of Linux without its zero. */
#define BOT_PATH_LEN_MAX 4095

/* One upload, bytes: as large as a data set may be, so that what nobody
 * could train on is refused before it is stored. */
#define BOT_UPLOAD_BYTES_MAX TRAINING_DATASET_BYTES_MAX

/* Most that can be moved or spent at once: a billion Joy. Far from int64's
 * end, so that sums over all members stay inside it. */
#define BOT_AMOUNT_MICRO_MAX ACCOUNTS_AMOUNT_MAX

/* Memory to parse one command and to build its answer. */
#define BOT_ARENA_MAX ((size_t)1024 * 1024)

/* ---- cards: the bounds of chat.proto ---- */

#define BOT_CARD_TEXT_MAX  3500
#define BOT_CARD_PLAIN_MAX ((size_t)32 * 1024)
#define BOT_FIELDS_MAX	   20
#define BOT_FIELD_TEXT_MAX 1000
#define BOT_COLUMNS_MAX	   8
#define BOT_ROWS_MAX	   50
#define BOT_CELL_LEN_MAX   100
#define BOT_GIVEN_LEN_MAX  200
#define BOT_POINTS_MAX	   512
#define BOT_BUTTONS_MAX	   10
#define BOT_BARS_MAX	   20

/* Rows on one page: fits a phone's screen and Discord's embed. */
#define BOT_PAGE_ROWS 10

/* ---- how often a member may ask (GCRA: sustained rate and burst) ---- */

/* A person typing cannot reach these; a script in a channel can. */
#define BOT_CHEAP_INTERVAL_US (STOA_US_PER_S / 5)
#define BOT_CHEAP_BURST	      20
#define BOT_READ_INTERVAL_US  (STOA_US_PER_S / 5)
#define BOT_READ_BURST	      20

/* Each costs a durable record in the journal for ever. */
#define BOT_MONEY_INTERVAL_US (STOA_US_PER_S / 2)
#define BOT_MONEY_BURST	      10

/* Each may occupy a worker for minutes; escrow is the true bound. */
#define BOT_COMPUTE_INTERVAL_US (5 * STOA_US_PER_S)
#define BOT_COMPUTE_BURST	10

/* ---- addresses: tokens of subjects ---- */

/* "console", "discord", "telegram": names of ours. */
#define BOT_PLATFORM_LEN_MAX 16

/* "t_" and ten characters; numbers of up to 20 digits elsewhere. */
#define BOT_USER_LEN_MAX 64

/* The terminal's platform. */
#define BOT_HOME_PLATFORM "console"

/* A platform's id of a server, group or team. */
#define BOT_WORKSPACE_LEN_MAX 64

/* What chat.proto allows; a subject takes it too. */
#define BOT_COMMAND_ID_LEN_MAX 128

/* ---- parameters ---- */

/* Recipes have about a dozen settings. */
#define BOT_PARAMETERS_MAX    ((int)TRAINING_PARAMETERS_MAX)
#define BOT_PARAMETER_LEN_MAX 256

/* The whole numbers that a double tells apart: 2^53. */
#define BOT_WHOLE_MAX INT64_C(9007199254740992)

/* ---- votes ---- */

/* What a proposal is to do: ten actions of a line each, as typed. */
#define BOT_MOTION_LEN_MAX 2000

/* Options as typed: as many as a vote may have, with " | " between. */
#define BOT_VOTE_OPTIONS_LEN_MAX \
	((int)(TALLY_OPTIONS_MAX * (GOVERNANCE_OPTION_MAX + 3)))

/* A choice as typed: every option by name with its amount. */
#define BOT_VOTE_CHOICE_LEN_MAX \
	((int)(TALLY_OPTIONS_MAX * (GOVERNANCE_OPTION_MAX + 10)))

/* A rank and an option by name. */
#define BOT_VOTE_RANK_LEN_MAX ((int)(GOVERNANCE_OPTION_MAX + 4))

/* "p_" and ten characters, or "#" and a number. */
#define BOT_PROPOSAL_LEN_MAX 24

/* A member as the platform names them, in bytes; longer ones by id. */
#define BOT_MEMBER_NAME_MAX 64

/* Options that are ranked by a list to choose from for each rank: as many as a
 * card may have. More are typed. */
#define BOT_RANKS_MAX BOT_SELECTS_MAX

/* Secret ballots of one member that are kept: the one that counts, the one
 * that is on its way, and two of which no answer came. */
#define BOT_SEALED_MAX 4

/* A ballot as it is sealed, in bytes: all are equally long, so that the length
 * tells nothing. Twenty options with their amounts take less than half. */
#define BOT_SEALED_PLAIN_SIZE 128

/* Of one proposal: asked for at once, and opened at once. Each is a record in
 * the journal, which takes 512 in one. */
#define BOT_UNSEAL_PAGE 64

/* Before ballots that could not be opened are tried again. */
#define BOT_UNSEAL_AGAIN_US (2 * STOA_US_PER_S)

/* ---- identities ---- */

/* A code to link two accounts: ten digits of five bits, as k7m2p-x4q9w, with
 * room for how people type it. */
#define BOT_CODE_DIGITS	 10
#define BOT_CODE_LEN_MAX 24

/* ---- commands under way ---- */

/* Taken from the broker and not yet answered, over all members. */
#define BOT_WINDOW 256

/* Of one member behind the one that runs, times the rate factor: more than
 * the rate limits let through at once, less than what would keep others
 * waiting. Never more than the window. */
#define BOT_WAITING_MAX 32

/* What changes something is tried this long with the same id; what only asks
 * is told sooner that nobody answers. A person waits for both. */
#define BOT_COMMAND_US (30 * STOA_US_PER_S)
#define BOT_QUERY_US   (5 * STOA_US_PER_S)

/* Between tries after an answer that says "later"; doubles to the maximum. */
#define BOT_AGAIN_US_MIN (100 * STOA_US_PER_MS)
#define BOT_AGAIN_US_MAX (2 * STOA_US_PER_S)

/* The broker gives a command to somebody else when it has not heard of it for
 * its ack wait (10 s): it hears this often. */
#define BOT_PULSE_US (3 * STOA_US_PER_S)

/* A card that the broker does not take: the command comes again after this,
 * with the same ids. */
#define BOT_REDO_US (1 * STOA_US_PER_S)

/* A second copy of a command that is under way: by then it has ended, or its
 * bot is gone. */
#define BOT_COPY_US (10 * STOA_US_PER_S)

/* Resolved people kept in memory: 200 bytes each. */
#define BOT_PEOPLE_MAX 65536

/* Who somebody is, and which roles accounts knows of, is asked for again after
 * this: another bot may have linked or unlinked them meanwhile. */
#define BOT_PERSON_US (60 * STOA_US_PER_S)

/* Jobs whose cards are edited: one per running job of the installation. */
#define BOT_LIVE_MAX 4096

/* Jobs being asked for, which an earlier bot took: one each after a start.
 * Whoever tells of jobs that are none gets no further. */
#define BOT_RECALLS_MAX 64

/* One edit of a card a job at most: platforms allow about five in five
 * seconds, eyes need no more. */
#define BOT_EDIT_US (200 * STOA_US_PER_MS)

/* Everybody on this machine answers a ping in a few milliseconds. */
#define BOT_PING_US (250 * STOA_US_PER_MS)

/* The bot's own tick: edits, tries and pulses are this exact. */
#define BOT_TICK_US (50 * STOA_US_PER_MS)

/* While typing: what comes later than this is not shown any more, and newest
 * entries looked through for it. */
#define BOT_SUGGEST_US	 (2 * STOA_US_PER_S)
#define BOT_SUGGEST_LOOK 100

/* Labels asked of a model. */
#define BOT_GUESSES_MAX 5

/* Credit that a new member may be greeted with: what accounts allows. */
#define BOT_WELCOME_MAX ACCOUNTS_WELCOME_MAX

/* A platform's id of a channel or a role. */
#define BOT_PLATFORM_ID_LEN_MAX ((int)ACCOUNTS_PLATFORM_ID_MAX)

/* Lists to choose from in one card: what chat.proto allows beside `select`. */
#define BOT_SELECTS_MAX 4

#endif
