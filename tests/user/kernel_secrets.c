// Tries to read the kernel's memory and to learn its addresses, as process 1: by loads, by pointers given to calls, in what calls and signals leave behind, in
// registers, in /proc. And that what no component implements is refused and counted.
#include "process_one.h"

#include <dirent.h>
#include <elf.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <termios.h>
#include <ucontext.h>

typedef unsigned long word;

static const word kernel_places[] = {
	0xffffff8000000000, 0xffffff8000080000, 0xffffff8000100008, 0xffffff8001000000, 0xffffffc000000000, 0xffffffe000000000, 0xffffffffffffff00, 0xffff000000000000,
	0x8000000000, 0x0100000000000000, 0x7fffffffff000000,
};
enum { PLACES = sizeof kernel_places / sizeof *kernel_places };

// A value of the kernel's half that is no small negative number.
static int is_secret(word value)
{
	return value >= 0xffffff8000000000 && value < 0xffffffffff000000;
}

static void look_for_secrets(const char *what, const void *data, size_t size)
{
	for (size_t i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
		word value;
		memcpy(&value, (const char *)data + i, sizeof value);
		if (is_secret(value))
			FAILED("%s tells %#lx at byte %zu", what, value, i);
	}
}

// --- loads, stores and jumps

static sigjmp_buf back;
static siginfo_t fault;

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	fault = *info;
	siglongjmp(back, number);
}

static void load(word at) { (void)*(volatile word *)at; }
static void store(word at) { *(volatile word *)at = 0; }
static void jump(word at) { ((void (*)(void))(at & ~3ul))(); }

static void try_loads(void)
{
	static const struct { const char *name; void (*how)(word); } ways[] = {{"a load", load}, {"a store", store}, {"a jump", jump}};
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	for (int i = 0; i < PLACES; i++)
		for (volatile int way = 0; way < 3; way++) {
			const int got = sigsetjmp(back, 1);
			if (got == 0) {
				ways[way].how(kernel_places[i]);
				FAILED("%s at %#lx is allowed", ways[way].name, kernel_places[i]);
			} else if (got != SIGSEGV && !(got == SIGBUS && way == 2))
				FAILED("%s at %#lx gives signal %d", ways[way].name, kernel_places[i], got);
			look_for_secrets("si_code", &fault, 8);
		}
	static const char *const registers[] = {"ttbr1_el1", "sp_el0", "tpidr_el1", "vbar_el1", "elr_el1", "far_el1"};
#define READ(i, name) \
	if (sigsetjmp(back, 1) == 0) { \
		word value; \
		__asm__ volatile("mrs %0, " name : "=r"(value)); \
		FAILED("%s can be read: %#lx", registers[i], value); \
	}
	READ(0, "ttbr1_el1")
	READ(1, "sp_el0")
	READ(2, "tpidr_el1")
	READ(3, "vbar_el1")
	READ(4, "elr_el1")
	READ(5, "far_el1")
	word value;
	__asm__ volatile("mrs %0, tpidrro_el0" : "=r"(value));
	look_for_secrets("tpidrro_el0", &value, sizeof value);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGILL, SIG_DFL);
}

// --- pointers for calls

enum { K = -123456, GOOD = -123457 };  // here the pointer goes; here goes one that is good

static char area[65536] __attribute__((aligned(4096)));

static void try_pointers(void)
{
	int pipes[2];
	if (pipe(pipes) != 0)
		return;
	const int zero = open("/dev/zero", O_RDWR), file = open("/secrets", O_RDWR | O_CREAT, 0600), folder = open("/proc", O_RDONLY), terminal = open("/dev/console", O_RDWR);
	(void)!write(file, area, 5000);
	strcpy(area + 4096, "/proc");
	const struct { const char *name; int number; long a[6]; } tries[] = {
		{"read", __NR_read, {zero, K, 100}},
		{"read of a file", __NR_pread64, {file, K, 100, 0}},
		{"write", __NR_write, {pipes[1], K, 100}},
		{"write to a file", __NR_pwrite64, {file, K, 5000, 0}},
		{"readv", __NR_readv, {zero, K, 2}},
		{"writev", __NR_writev, {pipes[1], K, 2}},
		{"getdents64", __NR_getdents64, {folder, K, 4096}},
		{"pipe2", __NR_pipe2, {K, 0}},
		{"openat", __NR_openat, {AT_FDCWD, K, 0}},
		{"newfstatat, path", __NR_newfstatat, {AT_FDCWD, K, GOOD, 0}},
		{"fstat", __NR_fstat, {file, K}},
		{"statx", __NR_statx, {file, GOOD, AT_EMPTY_PATH, 0xfff, K}},
		{"fstatfs", __NR_fstatfs, {file, K}},
		{"getcwd", __NR_getcwd, {K, 100}},
		{"readlinkat", __NR_readlinkat, {AT_FDCWD, K, GOOD, 10}},
		{"execve", __NR_execve, {K, 0, 0}},
		{"uname", __NR_uname, {K}},
		{"sysinfo", __NR_sysinfo, {K}},
		{"getrusage", __NR_getrusage, {0, K}},
		{"times", __NR_times, {K}},
		{"getrlimit", __NR_getrlimit, {3, K}},
		{"prlimit64, new", __NR_prlimit64, {0, 3, K, 0}},
		{"prlimit64, old", __NR_prlimit64, {0, 3, 0, K}},
		{"clock_gettime", __NR_clock_gettime, {1, K}},
		{"clock_settime", __NR_clock_settime, {0, K}},
		{"gettimeofday", __NR_gettimeofday, {K, 0}},
		{"nanosleep", __NR_nanosleep, {K, 0}},
		{"setitimer", __NR_setitimer, {0, K, 0}},
		{"getitimer", __NR_getitimer, {0, K}},
		{"adjtimex", __NR_adjtimex, {K}},
		{"rt_sigaction, new", __NR_rt_sigaction, {10, K, 0, 8}},
		{"rt_sigaction, old", __NR_rt_sigaction, {10, 0, K, 8}},
		{"rt_sigprocmask, new", __NR_rt_sigprocmask, {0, K, 0, 8}},
		{"rt_sigprocmask, old", __NR_rt_sigprocmask, {0, 0, K, 8}},
		{"rt_sigpending", __NR_rt_sigpending, {K, 8}},
		{"sigaltstack", __NR_sigaltstack, {K, 0}},
		{"rt_sigqueueinfo", __NR_rt_sigqueueinfo, {1, 10, K}},
		{"futex", __NR_futex, {K, 0, 0, 0}},
		{"futex wake", __NR_futex, {K, 1, 1, 0}},
		{"ppoll", __NR_ppoll, {K, 1, 0, 0}},
		{"pselect6", __NR_pselect6, {10, K, 0, 0, 0, 0}},
		{"getrandom", __NR_getrandom, {K, 16, 0}},
		{"getgroups", __NR_setgroups, {1, K}},
		{"capget", __NR_capget, {K, 0}},
		{"sched_setaffinity", __NR_sched_setaffinity, {0, 8, K}},
		{"sched_getaffinity", __NR_sched_getaffinity, {0, 8, K}},
		{"sched_getparam", __NR_sched_setparam, {0, K}},
		{"mincore", __NR_mincore, {(long)area, 4096, K}},
		{"tcgets", __NR_ioctl, {terminal, TCGETS, K}},
		{"tcsets", __NR_ioctl, {terminal, TCSETS, K}},
		{"tiocgwinsz", __NR_ioctl, {terminal, TIOCGWINSZ, K}},
		{"fionread", __NR_ioctl, {pipes[0], FIONREAD, K}},
		{"sendfile, offset", __NR_sendfile, {pipes[1], file, K, 10}},
		{"copy_file_range, offset", __NR_copy_file_range, {file, K, file, 0, 10, 0}},
		{"fcntl", __NR_fcntl, {file, F_GETLK, K}},
		{"mkdirat", __NR_mkdirat, {AT_FDCWD, K, 0}},
		{"symlinkat", __NR_symlinkat, {K, AT_FDCWD, GOOD}},
		{"mount", __NR_mount, {K, K, K, 0, 0}},
		{"memfd_create", __NR_memfd_create, {K, 0}},
		{"setxattr", __NR_setxattr, {GOOD, K, GOOD, 1, 0}},
		{"sethostname", __NR_sethostname, {K, 8}},
		{"clone3", __NR_clone3, {K, 64}},
		{"prctl, name", __NR_prctl, {16, K, 0, 0, 0}},
		{"waitid", __NR_get_robust_list, {0, K, GOOD}},
	};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		for (int place = 0; place < PLACES; place++) {
			long a[6];
			for (int j = 0; j < 6; j++)
				a[j] = tries[i].a[j] == K ? (long)kernel_places[place] : tries[i].a[j] == GOOD ? (long)(area + 4096) : tries[i].a[j];
			errno = 0;
			const long got = syscall(tries[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
			if (got != -1 || errno != EFAULT)
				FAILED("%s with %#lx gives %ld, %s", tries[i].name, kernel_places[place], got, strerror(errno));
		}
	for (int place = 0; place < PLACES; place++) {
		const struct iovec parts[2] = {{area, 8}, {(void *)kernel_places[place], 8}};
		const ssize_t written = writev(pipes[1], parts, 2), taken = readv(zero, parts, 2);
		if ((written != 8 && written != -1) || (taken != 8 && taken != -1))
			FAILED("vectors with %#lx: %zd written, %zd read", kernel_places[place], written, taken);
		const struct iovec all[2] = {{(void *)kernel_places[place], 8}, {area, 8}};
		if (writev(pipes[1], all, 2) != -1 || errno != EFAULT)
			FAILED("writev of %#lx: %s", kernel_places[place], strerror(errno));
	}
	// From the last page of programs' half into what is behind.
	if (write(pipes[1], (void *)0x7ffffff000, 0x2000) != -1 || errno != EFAULT)
		FAILED("write over the end of memory: %s", strerror(errno));
	close(pipes[0]);
	close(pipes[1]);
	close(zero);
	close(file);
	close(folder);
	close(terminal);
	unlink("/secrets");
}

// --- what calls leave in memory

static void fill(void) { memset(area, 0x5a, sizeof area); }

#define GIVES(call_name, ...) \
	do { \
		fill(); \
		const long got = syscall(__VA_ARGS__); \
		if (got < 0) \
			FAILED(call_name " fails: %s", strerror(errno)); \
		look_for_secrets(call_name, area, sizeof area); \
	} while (0)

static void look_at_structures(void)
{
	const int folder = open("/proc", O_RDONLY), terminal = open("/dev/console", O_RDWR), ptmx = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	int pipes[2];
	(void)!pipe(pipes);
	struct itimerspec far = {{0, 0}, {1000, 0}};
	timer_t timer = NULL;
	timer_create(CLOCK_MONOTONIC, NULL, &timer);
	timer_settime(timer, 0, &far, NULL);
	GIVES("fstat", __NR_fstat, folder, area);
	GIVES("fstat of a pipe", __NR_fstat, pipes[0], area);
	GIVES("statx", __NR_statx, AT_FDCWD, "/init", 0, 0xffff, area);
	GIVES("getdents64", __NR_getdents64, folder, area, sizeof area);
	GIVES("fstatfs", __NR_fstatfs, folder, area);
	GIVES("statfs", __NR_statfs, "/", area);
	GIVES("uname", __NR_uname, area);
	GIVES("sysinfo", __NR_sysinfo, area);
	GIVES("getrusage", __NR_getrusage, 0, area);
	GIVES("times", __NR_times, area);
	GIVES("prlimit64", __NR_prlimit64, 0, 3, NULL, area);
	GIVES("clock_gettime", __NR_clock_gettime, 1, area);
	GIVES("clock_getres", __NR_clock_getres, 1, area);
	GIVES("gettimeofday", __NR_gettimeofday, area, area + 64);
	GIVES("adjtimex", __NR_adjtimex, memset(area, 0, 512));
	GIVES("getitimer", __NR_getitimer, 0, area);
	GIVES("rt_sigaction", __NR_rt_sigaction, 10, NULL, area, 8);
	GIVES("rt_sigprocmask", __NR_rt_sigprocmask, 0, NULL, area, 8);
	GIVES("rt_sigpending", __NR_rt_sigpending, area, 8);
	GIVES("sigaltstack", __NR_sigaltstack, NULL, area);
	GIVES("sched_getaffinity", __NR_sched_getaffinity, 0, 128, area);
	GIVES("sched_getattr", __NR_sched_getattr, 0, area, 56, 0);
	GIVES("sched_rr_get_interval", __NR_sched_rr_get_interval, 0, area);
	GIVES("getcpu", __NR_getcpu, area, area + 8, NULL);
	GIVES("getresuid", __NR_getresuid, area, area + 8, area + 16);
	GIVES("getcwd", __NR_getcwd, area, 4096);
	GIVES("readlinkat", __NR_readlinkat, AT_FDCWD, "/proc/self/exe", area, 4096);
	GIVES("mincore", __NR_mincore, area, sizeof area, area);
	GIVES("tcgets", __NR_ioctl, terminal, TCGETS, area);
	GIVES("tcgets2", __NR_ioctl, terminal, 0x802c542a, area);
	GIVES("tcgets of a pseudo-terminal", __NR_ioctl, ptmx, TCGETS, area);
	GIVES("tiocgwinsz", __NR_ioctl, ptmx, TIOCGWINSZ, area);
	GIVES("tiocgptn", __NR_ioctl, ptmx, 0x80045430, area);
	GIVES("fionread", __NR_ioctl, pipes[0], FIONREAD, area);
	GIVES("get_robust_list", __NR_get_robust_list, 0, area, area + 8);
	GIVES("timer_gettime", __NR_timer_gettime, (int)(long)timer & 0, area);
	GIVES("prctl, name", __NR_prctl, 16, area, 0, 0, 0);
	GIVES("syslog", __NR_syslog, 3, area, sizeof area);
	struct flock lock = {.l_type = F_WRLCK};
	fcntl(terminal, F_GETLK, &lock);
	look_for_secrets("fcntl, lock", &lock, sizeof lock);
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	GIVES("capget", __NR_capget, &header, area);
	if (fork() == 0)
		_exit(3);
	GIVES("waitid", __NR_waitid, P_ALL, 0, area, WEXITED | WNOWAIT, area + 4096);
	GIVES("wait4", __NR_wait4, -1, area, 0, area + 4096);
	sigset_t one;
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	sigprocmask(SIG_BLOCK, &one, NULL);
	kill(getpid(), SIGUSR1);
	GIVES("rt_sigtimedwait", __NR_rt_sigtimedwait, &one, area, NULL, 8);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	struct pollfd polled = {ptmx, POLLIN, -1};
	poll(&polled, 1, 0);
	timer_delete(timer);
	close(pipes[0]);
	close(pipes[1]);
	close(folder);
	close(terminal);
	close(ptmx);
}

// --- signal frames

static char stack[65536] __attribute__((aligned(4096)));

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	look_for_secrets("siginfo", info, sizeof *info);
	look_for_secrets("the frame of a signal", info, (size_t)(stack + sizeof stack - (char *)info));
}

static void look_at_frames(void)
{
	memset(stack, 0x5a, sizeof stack);
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	sigaltstack(&other, NULL);
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	// What printf left there looks like an address.
	__asm__ volatile("movi v16.2d, #0\nmovi v17.2d, #0\nmovi v18.2d, #0\nmovi v19.2d, #0\nmovi v20.2d, #0" ::: "v16", "v17", "v18", "v19", "v20");
	kill(getpid(), SIGUSR1);
	syscall(__NR_tgkill, getpid(), getpid(), SIGUSR1);
	sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 7});
	setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 1000}}, NULL);
	rest(20);
	if (fork() == 0)
		_exit(0);
	while (wait(NULL) < 0 && errno == EINTR)
		;
	signal(SIGCHLD, SIG_DFL);
	other.ss_flags = SS_DISABLE;
	sigaltstack(&other, NULL);
}

// --- registers

// Stores all of them where it can, writes that to descriptor 1, and ends.
__asm__(".pushsection .rodata\n"
	".balign 16\n"
	"first_registers:\n"
	"sub sp, sp, #1024\n"
	"stp x0, x1, [sp]\nstp x2, x3, [sp, #16]\nstp x4, x5, [sp, #32]\nstp x6, x7, [sp, #48]\nstp x8, x9, [sp, #64]\nstp x10, x11, [sp, #80]\n"
	"stp x12, x13, [sp, #96]\nstp x14, x15, [sp, #112]\nstp x16, x17, [sp, #128]\nstp x18, x19, [sp, #144]\nstp x20, x21, [sp, #160]\nstp x22, x23, [sp, #176]\n"
	"stp x24, x25, [sp, #192]\nstp x26, x27, [sp, #208]\nstp x28, x29, [sp, #224]\nmrs x0, tpidr_el0\nstp x30, x0, [sp, #240]\n"
	"mrs x0, fpcr\nmrs x1, fpsr\nstp x0, x1, [sp, #256]\n"
	"mrs x0, nzcv\nmrs x1, tpidrro_el0\nstp x0, x1, [sp, #272]\n"
	"stp q0, q1, [sp, #288]\nstp q2, q3, [sp, #320]\nstp q4, q5, [sp, #352]\nstp q6, q7, [sp, #384]\nstp q8, q9, [sp, #416]\nstp q10, q11, [sp, #448]\n"
	"stp q12, q13, [sp, #480]\nstp q14, q15, [sp, #512]\nstp q16, q17, [sp, #544]\nstp q18, q19, [sp, #576]\nstp q20, q21, [sp, #608]\nstp q22, q23, [sp, #640]\n"
	"stp q24, q25, [sp, #672]\nstp q26, q27, [sp, #704]\nstp q28, q29, [sp, #736]\nstp q30, q31, [sp, #768]\n"
	"mov x0, #1\nmov x1, sp\nmov x2, #800\nmov x8, #64\nsvc #0\n"
	"mov x0, #0\nmov x8, #93\nsvc #0\n"
	"first_registers_end:\n"
	".popsection\n");
extern const char first_registers[], first_registers_end[];

static void look_at_first_registers(void)
{
	struct { Elf64_Ehdr header; Elf64_Phdr segment; } head = {
		{.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = ET_EXEC, .e_machine = EM_AARCH64, .e_version = EV_CURRENT,
		 .e_entry = 0x400000 + sizeof head, .e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1},
		{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x400000, .p_align = 4096},
	};
	const size_t size = 48 * 4;  // as many instructions

	head.segment.p_filesz = head.segment.p_memsz = sizeof head + size;
	const int file = open("/first", O_CREAT | O_WRONLY | O_TRUNC, 0755);
	if (write(file, &head, sizeof head) != sizeof head || write(file, first_registers, size) != (ssize_t)size)
		FAILED("the program for the first registers cannot be written: %s", strerror(errno));
	close(file);
	int pipes[2];
	(void)!pipe(pipes);
	if (fork() == 0) {
		dup2(pipes[1], 1);
		execl("/first", "/first", NULL);
		_exit(1);
	}
	close(pipes[1]);
	static word registers[100];
	const ssize_t length = read(pipes[0], registers, sizeof registers);
	int status = 0;
	wait(&status);
	if (length != sizeof registers)
		FAILED("a new program's registers are not told: %zd bytes, status %#x", length, status);
	for (int i = 0; i < 100; i++)
		if (registers[i] != 0)
			FAILED("a new program's register %d is %#lx", i, registers[i]);
	close(pipes[0]);
	unlink("/first");
}

// All but x0 must be as they were.
static void look_at_registers_after(int number, word a, word b, word c)
{
	word before[31], after[31];
	for (int i = 0; i < 31; i++)
		before[i] = 0x1111111111111111ul * (word)(i % 15 + 1) + (word)i;
	before[0] = a;
	before[1] = b;
	before[2] = c;
	before[8] = (word)number;
	register word from __asm__("x0") = (word)before;
	register word to __asm__("x1") = (word)after;
	__asm__ volatile("stp x29, x30, [sp, #-32]!\n"
			 "stp x1, x19, [sp, #16]\n"
			 "mov x30, x0\n"
			 "ldp x2, x3, [x30, #16]\nldp x4, x5, [x30, #32]\nldp x6, x7, [x30, #48]\nldp x8, x9, [x30, #64]\nldp x10, x11, [x30, #80]\nldp x12, x13, [x30, #96]\n"
			 "ldp x14, x15, [x30, #112]\nldp x16, x17, [x30, #128]\nldp x18, x19, [x30, #144]\nldp x20, x21, [x30, #160]\nldp x22, x23, [x30, #176]\n"
			 "ldp x24, x25, [x30, #192]\nldp x26, x27, [x30, #208]\nldp x28, x29, [x30, #224]\nldp x0, x1, [x30]\nldr x30, [x30, #240]\n"
			 "svc #0\n"
			 "str x30, [sp, #-16]!\n"
			 "ldr x30, [sp, #32]\n"
			 "stp x0, x1, [x30]\nstp x2, x3, [x30, #16]\nstp x4, x5, [x30, #32]\nstp x6, x7, [x30, #48]\nstp x8, x9, [x30, #64]\nstp x10, x11, [x30, #80]\n"
			 "stp x12, x13, [x30, #96]\nstp x14, x15, [x30, #112]\nstp x16, x17, [x30, #128]\nstp x18, x19, [x30, #144]\nstp x20, x21, [x30, #160]\n"
			 "stp x22, x23, [x30, #176]\nstp x24, x25, [x30, #192]\nstp x26, x27, [x30, #208]\nstp x28, x29, [x30, #224]\n"
			 "ldr x0, [sp], #16\nstr x0, [x30, #240]\n"
			 "ldr x19, [sp, #24]\n"
			 "ldp x29, x30, [sp], #32\n"
			 : "+r"(from), "+r"(to)
			 :
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x20", "x21", "x22", "x23", "x24", "x25",
			   "x26", "x27", "x28", "memory", "cc");
	look_for_secrets("a register", after, sizeof after);
	for (int i = 1; i < 31; i++)
		if (after[i] != before[i])
			FAILED("system call %d changes x%d from %#lx to %#lx", number, i, before[i], after[i]);
}

static void look_at_registers(void)
{
	look_at_first_registers();
	const struct timespec short_while = {0, 2000000};
	look_at_registers_after(__NR_getpid, 0, 0, 0);
	look_at_registers_after(__NR_nanosleep, (word)&short_while, 0, 0);
	look_at_registers_after(__NR_sched_yield, 0, 0, 0);
	look_at_registers_after(__NR_getrandom, (word)area, 4096, 0);
	look_at_registers_after(__NR_read, 99, 0, 0);
	look_at_registers_after(__NR_uname, (word)kernel_places[0], 0, 0);
	look_at_registers_after(600, 0, 0, 0);
	look_at_registers_after(-1, 0, 0, 0);
}

// --- /proc and the log

// Sixteen hexadecimal digits of the kernel's half.
static void look_for_numbers(const char *what, const char *text, size_t size)
{
	for (size_t i = 0; i + 16 <= size; i++)
		if (memcmp(text + i, "ffffff", 6) == 0 && strspn(text + i, "0123456789abcdef") >= 16 && strchr("89abcdef", text[i + 6]) != NULL &&
		    memcmp(text + i, "fffffffffffff", 13) != 0)
			FAILED("%s tells %.16s", what, text + i);
}

static void look_in_folder(const char *path, int depth)
{
	static char text[1 << 16];
	DIR *folder = opendir(path);
	if (folder == NULL)
		return;
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL) {
		char name[512];
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "kmsg") == 0 || strcmp(entry->d_name, "mem") == 0)
			continue;
		if (entry->d_type == DT_DIR && depth < 5)
			look_in_folder(name, depth + 1);
		if (entry->d_type != DT_REG)
			continue;
		const ssize_t length = read_file(name, text, sizeof text);
		if (length <= 0)
			continue;
		look_for_numbers(name, text, (size_t)length);
		if (strcmp(entry->d_name, "auxv") == 0)
			look_for_secrets(name, text, (size_t)length);
	}
	closedir(folder);
}

static void look_at_files(char **argv)
{
	look_in_folder("/proc", 0);
	const int length = klogctl(3, area, sizeof area);
	look_for_numbers("the kernel's log", area, (size_t)(length > 0 ? length : 0));
	char **at = argv;
	while (*at != NULL)
		at++;
	look_for_secrets("the first stack", argv, (size_t)((const char *)getauxval(AT_EXECFN) - (const char *)argv));
	const int memory = open("/proc/self/mem", O_RDWR);
	for (int i = 0; memory >= 0 && i < PLACES; i++)
		if (pread(memory, area, 8, (off_t)kernel_places[i]) > 0)
			FAILED("/proc/self/mem gives what is at %#lx", kernel_places[i]);
	close(memory);
}

// --- what is not there

static long refusals_of(long number)
{
	static char text[1 << 14];
	read_file("/proc/phoenix/unimplemented", text, sizeof text);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		if (strtol(line, NULL, 10) == number)
			return strtol(strchr(line, ' '), NULL, 10);
	return 0;
}

static void ask_for_what_is_not_there(void)
{
	static const short numbers[] = {
		__NR_socket, __NR_socketpair, __NR_bind, __NR_listen, __NR_accept, __NR_connect, __NR_getsockname, __NR_getpeername, __NR_sendto, __NR_recvfrom, __NR_setsockopt,
		__NR_getsockopt, __NR_shutdown, __NR_sendmsg, __NR_recvmsg, __NR_accept4, __NR_recvmmsg, __NR_sendmmsg, __NR_io_setup, __NR_bpf, __NR_ptrace, __NR_process_vm_readv,
		__NR_process_vm_writev, __NR_io_uring_setup, __NR_userfaultfd, __NR_shmget, __NR_init_module, __NR_swapon, __NR_keyctl, 500, 511,
	};
	int refused = 0;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		const long before = refusals_of(numbers[i]);
		const long got = syscall(numbers[i], -1, -1, -1, -1, -1, -1);
		const int error = errno;
		const int is_refused = got == -1 && error == ENOSYS;
		if (got != -1 || refusals_of(numbers[i]) - before != is_refused)
			FAILED("system call %d gives %ld, %s, and is counted %ld times", numbers[i], got, strerror(error), refusals_of(numbers[i]) - before);
		refused += is_refused;
	}
	if (refused < 2)
		FAILED("numbers that nobody has are not refused");
	// One that is there, and a descriptor that is no socket.
	const int file = open("/proc", O_RDONLY);
	if (syscall(__NR_listen, file, 1) != -1 || (errno != ENOSYS && errno != ENOTSOCK))
		FAILED("listen on a folder: %s", strerror(errno));
	close(file);
}

// --- pages that are written and executed

static void execute_what_was_written(void)
{
	static const unsigned code[] = {0x52800540, 0xd65f03c0};  // mov w0, #42; ret
	int (*function)(void);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		FAILED("pages to be written and executed: %s", strerror(errno));  // Linux has them
		return;
	}
	memcpy(page, code, sizeof code);
	__builtin___clear_cache(page, page + sizeof code);
	function = (int (*)(void))page;
	if (function() != 42)
		FAILED("what was written is not what is executed");
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
	sigaction(SIGSEGV, &action, NULL);
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
	if (sigsetjmp(back, 1) == 0) {
		function();
		FAILED("data are executed");
	} else if (fault.si_code != SEGV_ACCERR || fault.si_addr != page)
		FAILED("data that are executed: code %d at %p", fault.si_code, fault.si_addr);
	mprotect(page, 4096, PROT_READ | PROT_EXEC);
	if (function() != 42)
		FAILED("what may be executed again is not");
	if (sigsetjmp(back, 1) == 0) {
		*(volatile char *)page = 0;
		FAILED("code is written");
	}
	mprotect(page, 4096, PROT_EXEC);
	if (sigsetjmp(back, 1) == 0 && function() != 42)
		FAILED("what may only be executed is not");
	signal(SIGSEGV, SIG_DFL);
	munmap(page, 4096);
}

int main(int argc, char **argv)
{
	(void)argc;
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", 0, NULL);
	static const struct { const char *name; void (*what)(void); } parts[] = {
		{"loads", try_loads}, {"pointers", try_pointers}, {"structures", look_at_structures}, {"frames", look_at_frames}, {"registers", look_at_registers},
		{"what is not there", ask_for_what_is_not_there}, {"code", execute_what_was_written},
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		say("%s", parts[i].name);
		parts[i].what();
	}
	say("files");
	look_at_files(argv);
	say(failures == 0 ? "no secret told" : "FAIL");
	return failures == 0 ? 0 : 1;
}
