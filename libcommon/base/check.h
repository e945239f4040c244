/* check.h - assertions that stay on in release, and build-time ones.
 *
 * A bug asserts; an operational failure returns a status; a refusal is data.
 * One condition per assertion, so that the message names what broke.
 * Layer 1, pure: the failure handler lives in edge (or in the test). */
#ifndef STOA_BASE_CHECK_H
#define STOA_BASE_CHECK_H

#define stoa_assert(cond) \
	((cond) ? (void)0 : stoa_assert_failed(#cond, __FILE__, __LINE__))

#define STOA_STATIC_ASSERT(cond, text) _Static_assert(cond, text)

#define STOA_MUST_USE	  __attribute__((warn_unused_result))
#define STOA_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define STOA_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Writes the broken condition to standard error and aborts. */
_Noreturn void stoa_assert_failed(const char *cond, const char *file, int line);

#endif
