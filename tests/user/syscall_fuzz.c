// Calls the kernel in every way that it should bear: as process 1, with a few workers of several threads each, which are started again when they die. At the
// end all that they had must have come back.
//
// Boot arguments: seed=, seconds=, workers=.
#include "process_one.h"

#include <linux/capability.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <ucontext.h>

#include "fuzz_arguments.h"
#include "fuzz_calls.h"

enum { MOST_WORKERS = 16, UNPRIVILEGED = 1000 };

// --- calls as the processor makes them

static long call(word number, const word *a)
{
	register word x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a[0];
	register word x1 __asm__("x1") = a[1];
	register word x2 __asm__("x2") = a[2];
	register word x3 __asm__("x3") = a[3];
	register word x4 __asm__("x4") = a[4];
	register word x5 __asm__("x5") = a[5];
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
	return (long)x0;
}

static long call3(word number, word a, word b, word c)
{
	return call(number, (const word[6]){a, b, c, 0, 0, 0});
}

// The new thread may have a stack that is none, so it ends without one.
static long call_that_makes_a_thread(word number, const word *a)
{
	register word x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a[0];
	register word x1 __asm__("x1") = a[1];
	register word x2 __asm__("x2") = a[2];
	register word x3 __asm__("x3") = a[3];
	register word x4 __asm__("x4") = a[4];
	__asm__ volatile("svc #0\n"
			 "cbnz x0, 1f\n"
			 "mov x8, %5\n"
			 "svc #0\n"
			 "mov x0, #0\n"
			 "mov x8, %6\n"
			 "svc #0\n"
			 "brk #1\n"
			 "1:"
			 : "+r"(x0), "+r"(x8)
			 : "r"(x1), "r"(x2), "r"(x3), "i"(__NR_sched_yield), "i"(__NR_exit), "r"(x4)
			 : "memory", "cc");
	return (long)x0;
}

static void return_from_no_signal(word stack)
{
	register word x8 __asm__("x8") = __NR_rt_sigreturn;
	__asm__ volatile("mov x9, sp\n"
			 "mov sp, %1\n"
			 "svc #0\n"
			 "mov sp, x9"
			 : "+r"(x8)
			 : "r"(stack & ~15ul)
			 : "x0", "x9", "memory");
}

static void fuzz(struct fuzzer *f, unsigned long count);

// --- signals

static struct fuzzer *handlers_fuzzer;

// Returns to something else than it came from, now and then.
static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)info;
	struct fuzzer *f = handlers_fuzzer;
	if (f == NULL || (number == SIGALRM && !one_in(f, 30)))
		return;
	ucontext_t *at = context;
	uint64_t *words = context;
	switch (below(f, 6)) {
	case 0:
		at->uc_mcontext.pstate = draw(f) << 4 | below(f, 16);
		break;
	case 1:
		at->uc_mcontext.pc = bad_pointer(f);
		break;
	case 2:
		at->uc_mcontext.sp = bad_pointer(f);
		break;
	case 3:  // the records of the floating-point registers
		((uint32_t *)at->uc_mcontext.__reserved)[below(f, 8)] = (uint32_t)any_number(f);
		break;
	default:
		words[below(f, sizeof *at / sizeof *words)] = any_number(f);
	}
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
	static const int caught[] = {SIGALRM, SIGUSR1, SIGUSR2, SIGCHLD, SIGTTOU, SIGTTIN, SIGPIPE, SIGHUP, 40};
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaction(caught[i], &action, NULL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	const struct itimerval often = {{0, 20000}, {0, 20000}};
	setitimer(ITIMER_REAL, &often, NULL);
}

// --- what calls find

static void open_files(struct fuzzer *f)
{
	static const char *const names[] = {"/a", "/b", "/d", "/fifo", "/dev/zero", "/dev/null", "/dev/ptmx", "/dev/pts/0", "/proc/self/maps", "/d/a", "/proc", "/"};
	call3(__NR_close_range, 3, ~0u, 0);
	f->template = memfd_create("template", 0);
	(void)!pwrite(f->template, f->safe, SAFE_SIZE, 0);
	int ends[2];
	(void)!pipe2(ends, O_NONBLOCK);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int file = open(names[i], O_RDWR | O_CREAT | O_NONBLOCK, 0666);
		if (file < 0)
			file = open(names[i], O_RDONLY | O_NONBLOCK);
		(void)file;
	}
	const int terminal = open("/dev/ptmx", O_RDWR | O_NONBLOCK);
	const int unlocked = 0;
	call3(__NR_ioctl, (word)terminal, 0x40045431, (word)&unlocked);
	call3(__NR_ioctl, (word)terminal, 0x5441, O_RDWR | O_NONBLOCK);  // TIOCGPTPEER
}

static void map_arena(void)
{
	mmap(ARENA, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

// What lies under the buffers of everybody else's calls comes and goes.
static void *change_mappings(void *argument)
{
	struct fuzzer *f = argument;
	for (;;) {
		const word at = (word)ARENA + below(f, ARENA_PAGES) * PAGE;
		const word size = (1 + below(f, 6)) * PAGE;
		const word fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
		switch (below(f, 10)) {
		case 0:
			call3(__NR_munmap, at, size, 0);
			break;
		case 1:
			call3(__NR_mprotect, at, size, below(f, 8));
			break;
		case 2:
			call(__NR_mremap, (const word[6]){at, size, (1 + below(f, 6)) * PAGE, 3, (word)ARENA + below(f, ARENA_PAGES) * PAGE, 0});
			break;
		case 3:
			call3(__NR_madvise, at, size, 4);
			break;
		case 4:
			call(__NR_mmap, (const word[6]){at, size, 3, MAP_SHARED | MAP_FIXED, (word)f->template, below(f, 16) * PAGE});
			break;
		case 5:
			call(__NR_mmap, (const word[6]){at, size, 3, MAP_PRIVATE | MAP_FIXED, (word)f->template, below(f, 16) * PAGE});
			break;
		case 6:
			call3(__NR_ftruncate, (word)f->template, below(f, 16) * PAGE, 0);
			break;
		default:
			call(__NR_mmap, (const word[6]){at, size, 3, fixed | (one_in(f, 3) ? MAP_POPULATE : 0), ~0ul, 0});
		}
		if (one_in(f, 16))
			call3(__NR_sched_yield, 0, 0, 0);
		if (one_in(f, 2000))
			map_arena();
	}
	return NULL;
}

// --- the fuzzer

static void make_processes(struct fuzzer *f, word number, word *a)
{
	static const word kinds[] = {SIGCHLD, SIGCHLD, CLONE_VFORK | CLONE_VM | SIGCHLD, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
		CLONE_VM | CLONE_SIGHAND, CLONE_FILES | SIGCHLD, CLONE_FS | SIGCHLD, CLONE_PARENT | SIGCHLD, 0};
	if (number == __NR_clone3) {
		call_that_makes_a_thread(number, a);
		return;
	}
	a[0] = one_in(f, 8) ? any_number(f) : ONE_OF(f, kinds) | (one_in(f, 3) ? 1ul << (8 + below(f, 24)) : 0);
	if ((a[0] & CLONE_VM) != 0 || a[1] != 0 || f->depth > 1) {
		a[1] = one_in(f, 2) ? 0 : in_arena(f);
		call_that_makes_a_thread(number, a);
		return;
	}
	a[0] &= ~(word)CLONE_SETTLS;
	if (call(number, a) == 0) {
		f->depth++;
		f->state ^= (uint64_t)getpid() << 20;
		fuzz(f, below(f, 60));
		call3(__NR_exit_group, 0, 0, 0);
	}
}

static void fuzz_once(struct fuzzer *f, word total)
{
	const struct call *chosen = &calls[0];
	word at = below(f, total);
	while (at >= (word)chosen->weight) {
		at -= (word)chosen->weight;
		chosen++;
	}
	const word self = (word)call3(__NR_getpid, 0, 0, 0), thread = (word)call3(__NR_gettid, 0, 0, 0);
	word a[6];
	for (int i = 0, end = 0; i < 6; i++) {
		end |= chosen->kinds[i] == 0;
		a[i] = end ? (one_in(f, 4) ? any_number(f) : 0) : argument_of_kind(f, chosen->kinds[i], self, thread);
		if (!end && chosen->kinds[i] == 'w' && (int)a[i] == 1)
			a[i] = self;
	}
	switch (chosen->number) {
	case __NR_clone:
	case __NR_clone3:
		make_processes(f, (word)chosen->number, a);
		return;
	case __NR_execve:
	case __NR_execveat:
		if (f->depth == 0 && !one_in(f, 50))
			return;
		break;
	case __NR_syslog:
		if (a[0] >= 6 && a[0] <= 8)  // what the console shows
			return;
		break;
	}
	call((word)chosen->number, a);
}

static void fuzz_unknown(struct fuzzer *f)
{
	const word number = one_in(f, 2) ? below(f, 600) : any_number(f);
	static const short left_alone[] = {
		__NR_exit, __NR_exit_group, __NR_reboot, __NR_kill, __NR_tkill, __NR_tgkill, __NR_clone, __NR_clone3, __NR_pivot_root, __NR_rt_sigreturn, __NR_prlimit64, __NR_syslog,
		__NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_execve,
	};
	for (size_t i = 0; i < sizeof left_alone / sizeof *left_alone; i++)
		if ((int)number == left_alone[i])
			return;
	word a[6];
	for (int i = 0; i < 6; i++)
		a[i] = one_in(f, 2) ? any_number(f) : buffer(f);
	call(number, a);
}

static void fuzz(struct fuzzer *f, unsigned long count)
{
	word total = 0;
	for (int i = 0; i < CALLS; i++)
		total += (word)calls[i].weight;
	for (unsigned long done = 0; done < count; done++) {
		if (one_in(f, 60))
			call(__NR_pread64, (const word[6]){(word)f->template, in_arena(f), below(f, 2 * PAGE), below(f, SAFE_SIZE), 0, 0});
		if (one_in(f, 100))
			fuzz_unknown(f);
		else if (one_in(f, 4000))
			return_from_no_signal(one_in(f, 2) ? in_arena(f) : buffer(f));
		else
			fuzz_once(f, total);
		if (f->progress != NULL)
			__atomic_fetch_add(f->progress, 1, __ATOMIC_RELAXED);
	}
}

// --- workers

static void be_a_fuzzer(struct fuzzer *f, uint64_t seed, uint64_t *progress)
{
	memset(f, 0, sizeof *f);
	f->state = (seed + 1) * 0x9e3779b97f4a7c15ull | 1;
	f->progress = progress;
	f->safe = mmap(NULL, SAFE_SIZE + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(f->safe + SAFE_SIZE, PAGE, PROT_NONE);
	for (size_t i = 0; i < SAFE_SIZE; i += 8)
		*(uint64_t *)(f->safe + i) = one_in(f, 2) ? draw(f) : 0;
}

static void *fuzz_for_ever(void *argument)
{
	fuzz(argument, ~0ul);
	return NULL;
}

static void limit(void)
{
	static const struct { int what; rlim_t most; } limits[] = {
		{RLIMIT_AS, 256 << 20}, {RLIMIT_FSIZE, 4 << 20}, {RLIMIT_NOFILE, 128}, {RLIMIT_NPROC, 200}, {RLIMIT_MEMLOCK, 16 << 20}, {RLIMIT_CORE, 0}, {RLIMIT_SIGPENDING, 500},
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		setrlimit(limits[i].what, &(struct rlimit){limits[i].most, limits[i].most});
}

// What would end the test, or lead out of the folder that it happens in.
static void give_up_powers(void)
{
	static const int powers[] = {CAP_SYS_BOOT, CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_SYS_RESOURCE, CAP_DAC_READ_SEARCH};
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	call3(__NR_capget, (word)&header, (word)data, 0);
	for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
		prctl(PR_CAPBSET_DROP, powers[i], 0, 0, 0);
		data[0].effective &= ~(1u << powers[i]);
		data[0].permitted &= ~(1u << powers[i]);
		data[0].inheritable &= ~(1u << powers[i]);
	}
	call3(__NR_capset, (word)&header, (word)data, 0);
}

static void be_in_nobodys_favour(void)
{
	const int file = open("/proc/self/oom_score_adj", O_WRONLY);
	(void)!write(file, "0", 1);
	close(file);
}

// This program's file. A worker may mount something on its name, which it knows by /proc/self/exe.
static int program;

static void work(uint64_t seed, int number, uint64_t *progress)
{
	char root[32];
	close(program);
	snprintf(root, sizeof root, "/fuzz/%d", number % 3);
	for (int i = 0; i < 3; i++)
		close(i);  // what it does to a terminal is done to its own
	if (setsid() < 0 || chroot(root) != 0 || chdir("/") != 0)
		_exit(99);
	for (int i = 0; i < 3; i++)
		open("/dev/null", O_RDWR);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	be_in_nobodys_favour();
	limit();
	struct fuzzer own, others[2];
	be_a_fuzzer(&own, seed, progress);
	own.privileged = number % 2 == 0;
	give_up_powers();
	if (!own.privileged && (setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) != 0 || setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) != 0))
		_exit(98);
	handlers_fuzzer = &own;
	map_arena();
	open_files(&own);
	for (int i = 0; i < 2; i++) {
		pthread_t thread;
		be_a_fuzzer(&others[i], seed + 1 + (uint64_t)i, progress);
		others[i].template = own.template;
		pthread_create(&thread, NULL, i == 0 ? change_mappings : fuzz_for_ever, &others[i]);
	}
	for (;;) {
		catch_signals();
		fuzz(&own, 1500);
		open_files(&own);
	}
}

// --- process 1

struct worker {
	pid_t process;
	uint64_t seen;
	double moved, end, killed;
};

static struct worker workers[MOST_WORKERS];
static uint64_t *progress;  // shared with all workers, so never trusted
static unsigned long started, stuck, deaths[128];
static double slowest_end;

// While workers run it mends what they did to it, and they may undo any step at once: only that a new one cannot be made is a failure.
static void make_root(int number, int is_new)
{
	char base[64];
	snprintf(base, sizeof base, "/fuzz/%d", number);
	mkdir(base, 0777);
	while (umount2(base, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;  // a worker may mount on its root
	const int outside = open("/", O_PATH | O_DIRECTORY);
	if (outside < 0 || chroot(base) != 0 || chdir("/") != 0)  // where workers' links lead no further than for them
		FAILED("%s: %s", base, strerror(errno));
	static const char *const folders[] = {"/dev", "/dev/pts", "/proc", "/bin", "/mnt", "/d", "/d/d"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		mkdir(folders[i], 0777);
		chmod(folders[i], 0777);
	}
	static const struct { const char *name; int minor; } devices[] = {{"/dev/null", 3}, {"/dev/zero", 5}, {"/dev/full", 7}, {"/dev/random", 8}, {"/dev/urandom", 9}};
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
		unlink(devices[i].name);
		mknod(devices[i].name, S_IFCHR | 0666, makedev(1, (unsigned)devices[i].minor));
		chmod(devices[i].name, 0666);
	}
	mknod("/dev/tty", S_IFCHR | 0666, makedev(5, 0));
	mknod("/dev/ptmx", S_IFCHR | 0666, makedev(5, 2));
	mkfifo("/fifo", 0666);
	(void)!symlink("../a", "/d/l");
	(void)!symlink("d/l", "/l");
	if (mount("proc", "/proc", "proc", 0, NULL) != 0 && is_new)
		FAILED("proc: %s", strerror(errno));
	if (mount("devpts", "/dev/pts", "devpts", 0, "mode=666,ptmxmode=666") != 0 && is_new)
		FAILED("devpts: %s", strerror(errno));
	const int unwaiting = O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;  // a worker may have put a FIFO or a terminal there
	const int script = open("/bin/script", O_CREAT | O_WRONLY | unwaiting, 0755);
	(void)!write(script, "#!/bin/prog child\n", 18);
	close(script);
	const int to = open("/bin/prog", O_CREAT | O_WRONLY | unwaiting, 0755);
	static char block[1 << 14];
	ssize_t length;
	for (off_t at = 0; (length = pread(program, block, sizeof block, at)) > 0; at += length)
		(void)!write(to, block, (size_t)length);
	close(to);
	if (fchdir(outside) != 0 || chroot(".") != 0)
		FAILED("the way out: %s", strerror(errno));
	close(outside);
}

// Some hide others, and the order of the list does not tell which: so round after round.
static void unmount_all(void)
{
	static char text[1 << 16];
	int done;
	do {
		done = 0;
		read_file("/proc/mounts", text, sizeof text);
		for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
			char *where = strchr(line, ' ');
			if (where == NULL || (strncmp(++where, "/fuzz", 5) != 0 && strncmp(where, "/init", 5) != 0))
				continue;
			*strchr(where, ' ') = 0;
			done += umount2(where, UMOUNT_NOFOLLOW) == 0;
		}
	} while (done != 0);
	if (read_file("/proc/mounts", text, sizeof text) > 0 && strstr(text, "/fuzz") != NULL) {
		say("mounts that are hidden:\n%s", text);
		if (umount2("/fuzz", MNT_DETACH) != 0)
			FAILED("/fuzz stays mounted: %s", strerror(errno));
	}
}

static void start(int number, uint64_t seed)
{
	struct worker *worker = &workers[number];
	worker->process = fork();
	if (worker->process == 0) {
		work(seed * 1000003 + started, number, &progress[number * 8]);
		_exit(0);
	}
	if (worker->process < 0) {
		FAILED("a worker cannot be started: %s", strerror(errno));
		return;
	}
	started++;
	worker->killed = 0;
	worker->moved = now();
	worker->end = worker->moved + 0.2 + (double)((seed + started * 7919) % 64) / 16;
}

static void reap(void)
{
	pid_t ended;
	int status;
	while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < MOST_WORKERS; i++)
			if (workers[i].process == ended) {
				workers[i].process = 0;
				if (workers[i].killed != 0 && now() - workers[i].killed > slowest_end)
					slowest_end = now() - workers[i].killed;
				deaths[status & 127]++;
			}
}

static void tell_deaths(void)
{
	char text[256] = "";
	size_t length = 0;
	for (int i = 0; i < 128; i++)
		if (deaths[i] != 0 && length < sizeof text - 24)
			length += (size_t)snprintf(text + length, sizeof text - length, " %d:%lu", i, deaths[i]);
	say("workers ended by signals (0: by themselves)%s; the slowest after %.0f ms", text, slowest_end * 1000);
	memset(deaths, 0, sizeof deaths);
}

static void end_all(void)
{
	const double begun = now();
	for (;;) {
		kill(-1, SIGKILL);
		reap();
		errno = 0;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			break;
		if (now() - begun > 60) {
			FAILED("processes do not end");
			break;
		}
		rest(50);
	}
	memset(workers, 0, sizeof workers);
}

static unsigned long all_calls(int count)
{
	uint64_t sum = 0;
	for (int i = 0; i < count; i++)
		sum += progress[i * 8];
	return sum;
}

static void watch(int count, uint64_t seed)
{
	for (int i = 0; i < count; i++) {
		struct worker *worker = &workers[i];
		if (worker->process == 0) {
			start(i, seed);
			continue;
		}
		if (progress[i * 8] != worker->seen) {
			worker->seen = progress[i * 8];
			worker->moved = now();
		}
		if (now() > worker->end || now() - worker->moved > 1) {  // at any moment, or because it waits for what does not come
			kill(worker->process, SIGKILL);
			kill(-worker->process, SIGKILL);
			if (worker->killed == 0) {
				worker->killed = now();
				stuck += now() - worker->moved > 1;
			} else if (now() - worker->killed > 30)
				FAILED("process %d does not end", worker->process);
		}
	}
}

static void run(int count, uint64_t seed, double seconds)
{
	mkdir("/fuzz", 0755);
	if (mount("tmpfs", "/fuzz", "tmpfs", 0, "size=48m,mode=755") != 0)
		FAILED("tmpfs: %s", strerror(errno));
	const double begun = now();
	double told = begun, roots = begun;
	for (int i = 0; i < 3; i++)
		make_root(i, 1);
	started = stuck = 0;
	while (now() - begun < seconds && failures == 0) {
		if (now() - roots > 1) {
			for (int i = 0; i < 3; i++)
				make_root(i, 0);
			roots = now();
		}
		reap();
		watch(count, seed);
		if (now() - told > 5) {
			told = now();
			say("%3.0f s: %lu calls, %lu workers, %lu waited", told - begun, all_calls(count), started, stuck);
		}
		rest(10);
	}
	say("%lu calls by %lu workers", all_calls(count), started);
	end_all();
	unmount_all();
	tell_deaths();
}

// The kernel keeps the tables that its threads' stacks are mapped by, so the most that there will be are made before anything is counted.
static void make_many(int count)
{
	for (int i = 0; i < count; i++)
		if (fork() == 0)
			for (;;)
				pause();
	end_all();
}

// Where a kernel keeps records of its objects: what was there before, and then what is there besides.
static void tell_objects(int again)
{
	static char before[1 << 15], text[1 << 15];
	if (read_file("/proc/phoenix/heap", again ? text : before, sizeof text) <= 0 || !again)
		return;
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		if (strstr(before, line) == NULL)
			say("  %s", line);
}

// What this process has it has from here on, so that none of the pages counted later are its own.
static void take_pages(void)
{
	volatile char stack[64 * 1024];
	for (size_t i = 0; i < sizeof stack; i += PAGE)
		stack[i] = 1;
	if (mlockall(MCL_CURRENT) != 0)
		FAILED("mlockall: %s", strerror(errno));
}

static int child(void)
{
	struct fuzzer own;
	be_a_fuzzer(&own, (uint64_t)getpid(), NULL);
	own.depth = 1;
	map_arena();
	fuzz(&own, 100);
	return 0;
}

int main(int argc, char **argv)
{
	if (getpid() != 1 || (argc > 1 && strcmp(argv[1], "child") == 0))
		return child();
	mkdir("/proc", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	const int spared = open("/proc/self/oom_score_adj", O_WRONLY);
	(void)!write(spared, "-1000", 5);
	close(spared);

	const uint64_t seed = argument("seed", (unsigned long)time(NULL) * 1000003);
	const double seconds = (double)argument("seconds", 30);
	const int count = (int)(argument("workers", 6) % (MOST_WORKERS + 1));
	progress = mmap(COMMON - 16 * PAGE, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap(COMMON, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(progress, 0, 16 * PAGE);
	memset(COMMON, 0, 8 * PAGE);
	take_pages();
	program = open("/init", O_RDONLY | O_CLOEXEC);
	say("seed=%lu seconds=%.0f workers=%d", seed, seconds, count);

	make_many(300);
	run(count, seed, 2);  // so that what is made once is there
	tell_objects(0);
	const struct counts before = settled_counts();
	run(count, seed + 1, seconds);
	expect_counts(&before, 10);
	if (failures != 0)
		tell_objects(1);
	expect_no_warning();
	say(failures == 0 ? "PASS" : "FAIL");
	return failures == 0 ? 0 : 1;
}
