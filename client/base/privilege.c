/* privilege.c - see privilege.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int
privilege_harden(void)
{
    const struct rlimit none = {0};

    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

int
privilege_drop(uint32_t uid, uint32_t gid)
{
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;

    if (uid == 0 || gid == 0)
        return -EPERM;
    if (geteuid() == 0 && setgroups(0, NULL) < 0)
        return -errno;
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return -errno;
    if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
        return -errno;
    if (ruid != uid || euid != uid || suid != uid || rgid != gid || egid != gid || sgid != gid)
        return -EPERM;
    if (setuid(0) == 0 || seteuid(0) == 0)
        return -EPERM; /* the way back is open */
    /* A change of user makes a process dumpable again on some kernels' settings. */
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}
