/* limits.h - every bound of accounts, with its reason. */
#ifndef ACCOUNTS_LIMITS_H
#define ACCOUNTS_LIMITS_H

#include <stdint.h>

/* Members of one community: its projection stays in memory, 200 bytes each. */
#define ACCOUNTS_MEMBERS_MAX 200000u

/* Open holds of one community: each is one running job or lease. */
#define ACCOUNTS_HOLDS_MAX 20000u

/* Withdrawals of one community: of those that have ended the newest are kept.
 */
#define ACCOUNTS_WITHDRAWALS_MAX      10000u
#define ACCOUNTS_WITHDRAWALS_OPEN_MAX 2000u
/* Of one member: each is a transaction that the operator pays for, and out of
 * what may be spent in a day; nobody takes the others' place. */
#define ACCOUNTS_WITHDRAWALS_OPEN_OF_ONE_MAX 20u
#define ACCOUNTS_ADDRESS_SIZE		     20u /* of an EVM chain */
#define ACCOUNTS_REPLY_MAX		     512u
#define ACCOUNTS_WHY_MAX		     140u

/* Time to notice that it was not oneself; and at most. */
#define ACCOUNTS_WITHDRAWAL_DELAY_US	 INT64_C(600000000)
#define ACCOUNTS_WITHDRAWAL_DELAY_US_MAX INT64_C(2592000000000)

/* Ten thousand Joy of one member and day, unless the community sets it. */
#define ACCOUNTS_WITHDRAWAL_DAY_MICRO INT64_C(10000000000)

/* Between looks at a transaction. */
#define ACCOUNTS_RETRY_US_MIN INT64_C(300000)
#define ACCOUNTS_RETRY_US_MAX INT64_C(5000000)

/* Payments from one hold: who owned what is paid for, one after the other, and
 * those with a share in it. */
#define ACCOUNTS_PAYMENTS_MAX 32u

/* People and workspaces of one installation, in the directory. */
#define ACCOUNTS_LINKS_MAX 2000000u

/* One movement, in micro-Joy: a thousand million Joy. Sums of 9,000 of them
 * still fit 64 bits, and every sum is checked all the same. */
#define ACCOUNTS_AMOUNT_MAX INT64_C(1000000000000000)

/* Texts, in bytes. Discord shows 32 characters of a name; a memo is a line. */
#define ACCOUNTS_NAME_MAX    64u
#define ACCOUNTS_MEMO_MAX    140u
#define ACCOUNTS_PURPOSE_MAX 64u

/* Credit for each new member: what is more than a million Joy nobody would
 * call a greeting any more. */
#define ACCOUNTS_WELCOME_MAX INT64_C(1000000000000)

/* Commands of a community's own: what a list to choose from takes. Names and
 * texts are those that a chat shows whole. */
#define ACCOUNTS_COMMANDS_MAX	  25u
#define ACCOUNTS_COMMAND_NAME_MAX 32u
#define ACCOUNTS_COMMAND_TEXT_MAX 1000u

/* Ids of a platform's channels and roles: numbers of up to 20 digits on
 * Discord; others have longer ones. */
#define ACCOUNTS_PLATFORM_ID_MAX 64u

/* Roles that a platform's user holds: Discord allows 250. */
#define ACCOUNTS_PLATFORM_ROLES_MAX 250u

/* A page of members; one of electors, which are read by machines. */
#define ACCOUNTS_PAGE_MAX	   100u
#define ACCOUNTS_ELECTORS_PAGE_MAX 500u

/* And its bytes: a message of the bus, with room to spare. */
#define ACCOUNTS_ELECTORS_BYTES_MAX (128u * 1024u)

/* Platform users of one person, and what the identity was called before: a
 * person has a handful of accounts. */
#define ACCOUNTS_IDENTITY_LINKS_MAX   8u
#define ACCOUNTS_IDENTITY_FORMERS_MAX 16u

/* A code is typed over from one screen to another; the answer to it is given
 * on the first one. */
#define ACCOUNTS_CODE_US INT64_C(600000000)

/* Codes that may be claimed at the same time. */
#define ACCOUNTS_CODES_MAX 1000u

/* Wrong codes in each ten minutes, of one identity and of all: who mistypes
 * needs a few; 200 guesses at 1,000 codes of 50 bits hit one in 5 * 10^9. */
#define ACCOUNTS_ATTEMPTS_US	  INT64_C(600000000)
#define ACCOUNTS_ATTEMPTS_MAX	  5u
#define ACCOUNTS_ATTEMPTS_ALL_MAX 200u

/* "discord"; as the subjects of the bus carry it. */
#define ACCOUNTS_PLATFORM_MAX 16u

#endif
