// For tests that are process 1: what they say, where things are mounted, and what the kernel's memory is used for.
#pragma once

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int failures;

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
	char text[512];
	va_list list;
	va_start(list, format);
	int length = vsnprintf(text, sizeof text - 1, format, list);
	va_end(list);
	length = length < (int)sizeof text - 1 ? length : (int)sizeof text - 2;
	text[length++] = '\n';
	(void)!write(1, text, (size_t)length);
}

#define FAILED(...) (failures++, say("FAILED: " __VA_ARGS__))

static inline double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline void rest(int milliseconds)
{
	const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	nanosleep(&time, NULL);
}

// From the boot arguments: NAME=VALUE becomes part of process 1's environment.
static inline unsigned long argument(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);
	return text != NULL ? strtoul(text, NULL, 0) : otherwise;
}

// What it says in a file, of which no more than fits.
static inline ssize_t read_file(const char *path, char *text, size_t size)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	size_t length = 0;
	ssize_t more;
	while (length < size - 1 && (more = read(file, text + length, size - 1 - length)) > 0)
		length += (size_t)more;
	close(file);
	text[length] = 0;
	return (ssize_t)length;
}

// --- /proc/phoenix/memory

enum { FREE_PAGES, HEAP_PAGES, HEAP_OBJECTS, HEAP_BYTES, USER_PAGES, CACHED_PAGES, RECORD_PAGES, THREADS, COUNTS };

struct counts {
	long of[COUNTS];
};

static const char *const count_names[COUNTS] = {
	"free_pages", "heap_pages", "heap_objects", "heap_bytes", "user_pages", "cached_pages", "record_pages", "threads",
};

static inline struct counts counts_now(void)
{
	char text[512];
	struct counts counts;
	if (read_file("/proc/phoenix/memory", text, sizeof text) <= 0) {
		FAILED("/proc/phoenix/memory cannot be read");
		memset(&counts, 0, sizeof counts);
		return counts;
	}
	for (int i = 0; i < COUNTS; i++) {
		const char *at = strstr(text, count_names[i]);
		counts.of[i] = at != NULL ? strtol(at + strlen(count_names[i]), NULL, 10) : -1;
	}
	return counts;
}

// Slabs and magazines keep pages that are empty or nearly, and records of frames theirs, so these are no loss.
static inline long pages_in_reach(const struct counts *counts)
{
	return counts->of[FREE_PAGES] + counts->of[HEAP_PAGES] + counts->of[RECORD_PAGES];
}

// Less is well: names that nobody uses any more are forgotten when there are others.
static inline int is_no_more(const struct counts *after, const struct counts *before)
{
	int more = pages_in_reach(after) < pages_in_reach(before);
	for (int i = HEAP_OBJECTS; i < COUNTS; i++)
		more |= i != RECORD_PAGES && after->of[i] > before->of[i];
	return !more;
}

// What ended frees its memory a little later: after RCU's grace periods, and on other CPUs. When nothing has changed for a second, that is done.
static inline struct counts settled_counts(void)
{
	struct counts last = counts_now();
	for (int i = 0, same = 0; i < 60 && same < 20; i++) {
		rest(50);
		const struct counts counts = counts_now();
		same = memcmp(&counts, &last, sizeof last) == 0 ? same + 1 : 0;
		last = counts;
	}
	return last;
}

// Waits for it.
static inline int comes_back(const struct counts *before, int seconds)
{
	for (int i = 0; i < seconds * 20; i++) {
		const struct counts after = counts_now();
		if (is_no_more(&after, before))
			return 1;
		rest(50);
	}
	return 0;
}

static inline void expect_counts(const struct counts *before, int seconds)
{
	if (comes_back(before, seconds))
		return;
	const struct counts after = counts_now();
	FAILED("not all came back");
	for (int i = 0; i < COUNTS; i++)
		say("  %s: %ld before, %ld now", count_names[i], before->of[i], after.of[i]);
}

// What the kernel warned of, which nobody at the console may have read.
static inline void expect_no_warning(void)
{
	static const char *const bad[] = {"lockup", "hung thread", "BUG", "leak"};
	static char text[1 << 16];
	const int length = klogctl(3, text, sizeof text - 1);  // SYSLOG_ACTION_READ_ALL
	text[length > 0 ? length : 0] = 0;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (strstr(text, bad[i]) != NULL)
			FAILED("the kernel's log tells of a %s", bad[i]);
}
