// struct sched_attr and its sizes, as the kernel has them; beside a host's own <sched.h>, too, which has another sched_param.
#pragma once

#define sched_param uapi_sched_param
#include <linux/sched/types.h>
#undef sched_param
