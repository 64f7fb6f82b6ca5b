// Arguments for system calls: mostly ones that lead far into a call, some that must not.
#pragma once

#include <fcntl.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned long word;

enum {
	PAGE = 4096,
	ARENA_PAGES = 64,
	ARENA_SIZE = ARENA_PAGES * PAGE,
	SAFE_SIZE = 16 * PAGE,
};

// Threads of a process share it, and change what it is made of all the time.
#define ARENA ((char *)0x300000000)
// Of all workers.
#define COMMON ((char *)0x310000000)

struct fuzzer {
	uint64_t state;
	char *safe;  // stays mapped while nobody guesses it; the page behind it is not there
	size_t used;
	uint64_t *progress;
	int depth;  // of processes
	int privileged;
	int template;  // a descriptor: what arenas are filled from
};

static inline uint64_t draw(struct fuzzer *f)
{
	f->state ^= f->state << 13;
	f->state ^= f->state >> 7;
	f->state ^= f->state << 17;
	return f->state * 0x2545f4914f6cdd1dull >> 11;
}

static inline word below(struct fuzzer *f, word n) { return draw(f) % n; }
static inline int one_in(struct fuzzer *f, word n) { return below(f, n) == 0; }
#define ONE_OF(f, array) ((array)[below(f, sizeof(array) / sizeof *(array))])

// --- numbers

static inline word any_number(struct fuzzer *f)
{
	static const word special[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 255, 4095, 4096, 4097, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		0x7fffffffffffffff, 0x8000000000000000, ~0ul, ~0ul - 1, ~0ul - 7, ~0ul - 4095,
	};
	switch (below(f, 4)) {
	case 0:
		return 1ul << below(f, 64);
	case 1:
		return draw(f) << below(f, 12);
	default:
		return ONE_OF(f, special);
	}
}

static inline word some_bits(struct fuzzer *f)
{
	word bits = 0;
	for (word n = below(f, 4); n > 0; n--)
		bits |= 1ul << below(f, one_in(f, 8) ? 32 : 6);
	return one_in(f, 2) ? below(f, 10) : bits;
}

static inline word some_size(struct fuzzer *f)
{
	static const word sizes[] = {0, 1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 88, 100, 128, 144, 200, 256, 512, 1000, 4095, 4096, 4097, 8192, 65536, 200000};
	return one_in(f, 12) ? any_number(f) : ONE_OF(f, sizes);
}

static inline word some_offset(struct fuzzer *f)
{
	static const word offsets[] = {0, 0, 1, 100, 4095, 4096, 8192, 65536, 1 << 20, 0x7fffffff000, 0x7ffffffffffff000};
	return one_in(f, 8) ? any_number(f) : ONE_OF(f, offsets);
}

// --- pointers

static inline word bad_pointer(struct fuzzer *f)
{
	switch (below(f, 12)) {
	case 0:
		return 0;
	case 1:
		return below(f, PAGE);
	case 2:
		return 0xffffff8000080000 + below(f, 0x100000);  // the kernel's image
	case 3:
		return 0xffffff8000000000 | below(f, 1ul << 32);
	case 4:
		return 0xffffffc000000000 | below(f, 1ul << 38);
	case 5:
		return 1ul << (39 + below(f, 25)) | draw(f) << 8;  // of no half
	case 6:
		return (1ul << 39) - below(f, 2 * PAGE);  // the end of programs' half
	case 7:
		return 0x400000 + below(f, PAGE);  // this program's text, which is only read
	case 8:
		return ~0ul - below(f, 2 * PAGE);
	case 9:
		return (word)ARENA + ARENA_SIZE + below(f, 1 << 20);
	case 10:
		return ((word)ARENA + below(f, ARENA_SIZE)) | draw(f) << 56;  // with a tag
	default:
		return any_number(f);
	}
}

static inline word in_arena(struct fuzzer *f)
{
	const word page = (word)ARENA + below(f, ARENA_PAGES) * PAGE;
	switch (below(f, 4)) {
	case 0:
		return page - below(f, 128);  // over the border of two pages
	case 1:
		return page + below(f, PAGE);
	default:
		return page + (below(f, PAGE) & ~15ul);
	}
}

static inline char *room(struct fuzzer *f, size_t size)
{
	if (f->used + size > SAFE_SIZE)
		f->used = 0;
	char *at = f->safe + f->used;
	f->used += (size + 15) & ~15ul;
	return at;
}

static inline word buffer(struct fuzzer *f)
{
	switch (below(f, 8)) {
	case 0:
		return bad_pointer(f);
	case 1:
	case 2:
	case 3:
		return in_arena(f);
	case 4:
		return (word)COMMON + below(f, 8 * PAGE);
	case 5:
		return (word)f->safe + SAFE_SIZE - below(f, 300);  // what is behind is not there
	default:
		return (word)room(f, 2048);
	}
}

// Where a structure lies that is well made, or not all there.
static inline word put(struct fuzzer *f, const void *data, size_t size)
{
	if (one_in(f, 10))
		return buffer(f);
	char *at = one_in(f, 12) ? f->safe + SAFE_SIZE - below(f, size + 1) : room(f, size);
	const size_t there = (size_t)(f->safe + SAFE_SIZE - at);
	memcpy(at, data, size < there ? size : there);
	return (word)at;
}

// --- what calls are about

static inline word some_descriptor(struct fuzzer *f)
{
	return one_in(f, 20) ? any_number(f) : one_in(f, 8) ? below(f, 64) : below(f, 24);
}

static inline word some_path(struct fuzzer *f)
{
	static const char *const names[] = {
		"a", "b", "c", "d", "d/a", "d/b", "d/d", "d/d/a", "/a", "/d/../b", "./d/./a", "l", "d/l", "fifo", "", ".", "..", "/", "//", "a/", "d/", "/../a", "n1", "n2",
		"n3", "n4", "d/n1", "d/n2", "/mnt", "/mnt/a", "/mnt/d", "/mnt/d/a", "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/ptmx", "/dev/pts/ptmx",
		"/dev/pts/0", "/dev/pts/1", "/dev/tty", "/proc/self/fd/3", "/proc/self/fd/5", "/proc/self/fd/7", "/proc/self/maps", "/proc/self/status", "/proc/self/exe",
		"/proc/self/cwd", "/proc/self/root", "/proc/self/mem", "/proc/self/stat", "/proc/self/environ", "/proc/self/cmdline", "/proc/self/task", "/proc/self/mountinfo",
		"/proc/thread-self/comm", "/proc/self/comm", "/proc/self/oom_score_adj", "/proc/self/limits", "/proc/self", "/proc", "/proc/mounts", "/proc/meminfo", "/proc/stat",
		"/proc/interrupts", "/proc/uptime", "/proc/loadavg", "/proc/phoenix/graph", "/proc/phoenix/memory", "/proc/cpuinfo", "/proc/sys/kernel/hostname", "/bin/prog",
		"/bin/script", "tmpfs", "proc", "devpts", "user.a", "trusted.b", "size=64k", "mode=700,size=1m", "nothing",
	};
	char text[4200];
	switch (below(f, 24)) {
	case 0:
		return buffer(f);
	case 1: {  // long
		const size_t length = one_in(f, 2) ? 250 + below(f, 12) : 4085 + below(f, 24);
		memset(text, 'x', length);
		for (size_t i = 0; i < length && one_in(f, 2); i += 2 + below(f, 200))
			text[i] = '/';
		text[length] = 0;
		return put(f, text, length + 1);
	}
	case 2: {  // deep
		size_t length = 0;
		for (word n = below(f, 1300); n > 0; n--)
			length += (size_t)(one_in(f, 40) ? (memcpy(text + length, "../", 3), 3) : (memcpy(text + length, "d/", 2), 2));
		text[length] = 0;
		return put(f, text, length + 1);
	}
	case 3: {  // anything
		const size_t length = below(f, 40);
		for (size_t i = 0; i < length; i++)
			text[i] = (char)(1 + below(f, 255));
		text[length] = 0;
		return put(f, text, length + 1);
	}
	default: {
		const char *name = ONE_OF(f, names);
		return put(f, name, strlen(name) + 1);
	}
	}
}

static inline word some_vector(struct fuzzer *f)
{
	struct { word base, size; } vector[16];
	for (int i = 0; i < 16; i++) {
		vector[i].base = buffer(f);
		vector[i].size = some_size(f);
	}
	return put(f, vector, sizeof vector);
}

static inline word some_time(struct fuzzer *f)
{
	static const long nanoseconds[] = {0, 1, 1000, 100000, 2000000, 5000000, 999999999, 1000000000, -1, 0x7fffffffffffffff};
	const long time[4] = {
		one_in(f, 10) ? (long)any_number(f) : 0, ONE_OF(f, nanoseconds), one_in(f, 10) ? (long)any_number(f) : 0, ONE_OF(f, nanoseconds),
	};
	return one_in(f, 10) ? 0 : put(f, time, sizeof time);
}

static inline word some_process(struct fuzzer *f, word self, word thread)
{
	switch (below(f, 8)) {
	case 0:
		return 0;
	case 1:
		return thread;
	case 2:
		return self + below(f, 8);
	case 3:
		return 2 + below(f, 200);
	case 4:
		return -self;
	case 5:
		return one_in(f, 8) ? any_number(f) : self - below(f, 8);
	default:
		return self;
	}
}

static inline word structure(struct fuzzer *f)
{
	uint64_t words[24];
	for (int i = 0; i < 24; i++)
		words[i] = one_in(f, 4) ? buffer(f) : one_in(f, 2) ? below(f, 16) : one_in(f, 3) ? any_number(f) : 0;
	if (one_in(f, 3))
		words[0] = below(f, 256) | words[0] >> 32 << 32;  // a size, a version
	return put(f, words, sizeof words);
}

static inline word some_words(struct fuzzer *f)
{
	static const char *const words[] = {"prog", "child", "x", "", "a longer one than the others are"};
	word pointers[8];
	const size_t count = below(f, 8);
	for (size_t i = 0; i < count; i++) {
		const char *text = i == 1 ? "child" : ONE_OF(f, words);
		pointers[i] = put(f, text, strlen(text) + 1);
	}
	pointers[count] = one_in(f, 12) ? buffer(f) : 0;
	return put(f, pointers, (count + 1) * sizeof *pointers);
}

static inline word some_polled(struct fuzzer *f)
{
	struct { int fd; short events, revents; } polled[12];
	for (int i = 0; i < 12; i++) {
		polled[i].fd = (int)some_descriptor(f);
		polled[i].events = (short)draw(f);
		polled[i].revents = -1;
	}
	return put(f, polled, sizeof polled);
}

static inline word some_request(struct fuzzer *f)
{
	static const word requests[] = {
		0x5401, 0x5402, 0x5403, 0x5404, 0x5405, 0x5406, 0x5409, 0x540a, 0x540b, 0x540e, 0x540f, 0x5410, 0x5411, 0x5412, 0x5413, 0x5414, 0x541b, 0x5420, 0x5421, 0x5422,
		0x5423, 0x5424, 0x5425, 0x5427, 0x5428, 0x5429, 0x5450, 0x5451, 0x5452, 0x80045430, 0x40045431, 0x80045438, 0x80045439, 0x5441, 0x802c542a, 0x402c542b, 0x80045200,
		0x80085203, 0x5204, 1, 2,
	};
	return one_in(f, 10) ? any_number(f) : ONE_OF(f, requests);
}

static inline word some_length(struct fuzzer *f)
{
	return one_in(f, 20) ? any_number(f) : one_in(f, 30) ? below(f, 64) << 20 : (1 + below(f, 8)) * PAGE - (one_in(f, 8) ? below(f, PAGE) : 0);
}

static inline word argument_of_kind(struct fuzzer *f, char kind, word self, word thread)
{
	static const int open_flags[] = {0, 1, 2, O_CREAT | O_RDWR, O_CREAT | O_EXCL | O_RDWR, O_DIRECTORY, O_PATH, O_TRUNC | O_RDWR, O_APPEND | O_WRONLY, O_NONBLOCK | O_RDWR,
		O_TMPFILE | O_RDWR, O_NOFOLLOW, O_CLOEXEC, O_NOCTTY | O_RDWR, O_NONBLOCK, O_NONBLOCK | O_CREAT | O_RDWR, O_PATH | O_NOFOLLOW, O_DIRECTORY | O_PATH};
	static const word at_flags[] = {0, 0, 0, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x1100, 0x2000};
	static const word modes[] = {0, 0644, 0755, 0777, 07777, S_IFIFO | 0666, S_IFREG | 0600, S_IFSOCK | 0600, S_IFDIR | 0700, S_IFLNK, ~0u};
	static const word options[] = {1, 2, 3, 4, 7, 8, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 35, 36, 37, 38, 39, 40, 41, 42, 45, 46, 47, 50, 51, 53, 55, 56, 0x53564d41,
		0x59616d61};
	static const word commands[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 36, 37, 38, 1024, 1025, 1026, 1030, 1031, 1032, 1033, 1034, 1035, 1036};
	static const word users[] = {0, 1000, 1001, 65534, 0xffffffff, 0xfffffffe};

	if (one_in(f, 40))
		return one_in(f, 2) ? any_number(f) : bad_pointer(f);
	switch (kind) {
	case 'f':
		return some_descriptor(f);
	case 'd':
		return one_in(f, 2) ? (word)AT_FDCWD : some_descriptor(f);
	case 'p':
	case 'P':
		return some_path(f);
	case 'b':
	case 'Q':
		return kind == 'Q' && one_in(f, 2) ? below(f, 70) : one_in(f, 6) ? structure(f) : buffer(f);
	case 'n':
		return some_size(f);
	case 'g':
		return some_bits(f);
	case 'o':
		return some_offset(f);
	case 'w':
		return some_process(f, self, thread);
	case 's':
		return one_in(f, 3) ? below(f, 66) : one_in(f, 2) ? 34 + below(f, 31) : ONE_OF(f, ((const word[]){0, 10, 12, 14, 17, 18, 20, 28, 23}));
	case 'y':
		return ONE_OF(f, modes);
	case 'v':
		return some_vector(f);
	case 'V':
		return one_in(f, 20) ? any_number(f) : below(f, 17);
	case 't':
	case 'T':
		return some_time(f);
	case 'k': {
		const uint64_t set = one_in(f, 3) ? 0 : one_in(f, 2) ? draw(f) << 20 : 1ul << below(f, 64);
		return one_in(f, 6) ? 0 : put(f, &set, sizeof set);
	}
	case 'K':
		return one_in(f, 16) ? some_size(f) : 8;
	case 'm':
		return one_in(f, 16) ? bad_pointer(f) : one_in(f, 6) ? 0 : ((word)ARENA + below(f, ARENA_PAGES) * PAGE) + (one_in(f, 12) ? below(f, PAGE) : 0);
	case 'L':
		return some_length(f);
	case 'R':
		return one_in(f, 12) ? any_number(f) : one_in(f, 3) ? below(f, 8) : 3;
	case 'M':
		return (one_in(f, 2) ? 0x02 : 0x01) | (one_in(f, 2) ? 0x20 : 0) | (one_in(f, 2) ? 0x10 : 0) | (one_in(f, 6) ? 1ul << below(f, 24) : 0);
	case 'U':
		return one_in(f, 10) ? buffer(f) : one_in(f, 2) ? (word)COMMON + below(f, 16) * 4 : (word)ARENA + below(f, 16) * 4 + below(f, 3) * PAGE;
	case 'j':
		return below(f, 14) | (one_in(f, 2) ? FUTEX_PRIVATE_FLAG : 0) | (one_in(f, 6) ? FUTEX_CLOCK_REALTIME : 0);
	case 'c':
		return one_in(f, 10) ? any_number(f) : below(f, 13);
	case 'r':
		return below(f, 18);
	case 'e':
		return some_polled(f);
	case 'E':
		return some_words(f);
	case 'A':
		return ONE_OF(f, at_flags);
	case 'O':
		return (word)(ONE_OF(f, open_flags) | (one_in(f, 3) ? O_NONBLOCK : 0));
	case 'x':
		return some_request(f);
	case 'F':
		return ONE_OF(f, commands);
	case 'u':
		return ONE_OF(f, users);
	case 'B': {
		const uint64_t value = one_in(f, 2) ? below(f, 10000) : any_number(f);
		return one_in(f, 3) ? 0 : put(f, &value, sizeof value);
	}
	case 'S':
	case 'h':
		return structure(f);
	case 'C':
		return ONE_OF(f, options);
	default:
		return any_number(f);
	}
}
