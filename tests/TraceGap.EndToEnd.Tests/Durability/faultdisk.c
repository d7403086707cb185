/*
 * A disk that fails when told to, put below a program with LD_PRELOAD.
 *
 * Every call that changes a file below one folder is a boundary: calls are counted, and the one whose number is asked for fails or is done by half. Before each, and in the middle of each
 * write, the folder can be copied: that is what a process leaves behind that is killed at that moment.
 *
 *   FAULTDISK_FOLDER    absolute path of the folder
 *   FAULTDISK_CONTROL   file with a struct control, which the test writes and reads while the program runs
 *   FAULTDISK_COPIES    where copies go, named after the number of the boundary; none if not set
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum fault { FAIL_IO = 1, FAIL_SPACE = 2, WRITE_HALF = 3, HALF_THEN_FULL = 4 };

struct control {
    volatile int64_t boundaries; /* so far */
    volatile int64_t fail_at;    /* number of the boundary that fails; 0 for none */
    volatile int64_t failures;   /* so far */
    volatile int64_t fault;      /* enum fault */
    volatile int64_t is_full;    /* every call that needs space fails */
    volatile int64_t folder_syncs;
};

#define REAL(name) ((__typeof__(name) *)real(#name))
#define MOST_FILES 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static char folder[PATH_MAX], copies[PATH_MAX];
static size_t folder_length;
static char is_ours[MOST_FILES];

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTDISK_FOLDER"), *file = getenv("FAULTDISK_CONTROL"), *to = getenv("FAULTDISK_COPIES");
    if (path == NULL || file == NULL) return;
    int fd = REAL(open)(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    snprintf(folder, sizeof folder, "%s", path);
    snprintf(copies, sizeof copies, "%s", to == NULL ? "" : to);
    folder_length = strlen(folder);
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    REAL(close)(fd);
    if (shared != MAP_FAILED) control = shared;
}

static int below(const char *path) {
    return control != NULL && strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || path[folder_length] == 0);
}

static int ours(int fd) { return control != NULL && fd >= 0 && fd < MOST_FILES && is_ours[fd]; }

/* The memory that SQLite's connections share is rebuilt after a crash and is no part of what must survive. */
static int counts(const char *path) {
    size_t length = strlen(path);
    return below(path) && (length < 4 || strcmp(path + length - 4, "-shm") != 0);
}

static void copy_file(const char *from, const char *to) {
    static char buffer[1 << 16];
    int in = REAL(open)(from, O_RDONLY | O_CLOEXEC), out = REAL(open)(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (ssize_t n; in >= 0 && out >= 0 && (n = read(in, buffer, sizeof buffer)) > 0;)
        if (REAL(write)(out, buffer, n) != n) abort();
    if (in >= 0) REAL(close)(in);
    if (out >= 0) REAL(close)(out);
}

static void copy_folder(const char *from, const char *to) {
    REAL(mkdir)(to, 0700);
    DIR *entries = opendir(from);
    if (entries == NULL) return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char source[PATH_MAX * 2], target[PATH_MAX * 2];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        struct stat status;
        if (stat(source, &status) == 0 && S_ISDIR(status.st_mode)) copy_folder(source, target);
        else copy_file(source, target);
    }
    closedir(entries);
}

static void copy_as(const char *moment) {
    char to[PATH_MAX * 2];
    if (copies[0] == 0) return;
    snprintf(to, sizeof to, "%s/%06lld-%s", copies, (long long)control->boundaries, moment);
    copy_folder(folder, to);
}

/* Counts a boundary. Returns what shall happen to it; the lock is held until leave(). */
static int64_t enter(int needs_space) {
    pthread_mutex_lock(&lock);
    control->boundaries++;
    copy_as("before");
    if (needs_space && control->is_full) return FAIL_SPACE;
    if (control->fail_at != control->boundaries) return 0;
    control->failures++;
    return control->fault;
}

static void leave(void) { pthread_mutex_unlock(&lock); }

static int refuses(int64_t fault) {
    if (fault != FAIL_IO && fault != FAIL_SPACE) return 0;
    errno = fault == FAIL_IO ? EIO : ENOSPC;
    return 1;
}

#define BOUNDARY(type, needs_space, call) \
    do { \
        int64_t fault = enter(needs_space); \
        type result = refuses(fault) ? (type)-1 : (call); \
        int error = errno; \
        leave(); \
        errno = error; \
        return result; \
    } while (0)

/* A write in two halves, so that there is a middle. */
static ssize_t write_at(int fd, const char *bytes, size_t length, off_t offset) {
    int64_t fault = enter(1);
    ssize_t result = -1;
    if (!refuses(fault)) {
        size_t half = length / 2;
        result = half == 0 ? 0 : REAL(pwrite)(fd, bytes, half, offset);
        if (result == (ssize_t)half && half > 0) copy_as("middle");
        if (fault == HALF_THEN_FULL) {
            /* The caller tries the rest, which is the next boundary. */
            control->fault = FAIL_SPACE;
            control->fail_at = control->boundaries + 1;
        } else if (result == (ssize_t)half && fault != WRITE_HALF) {
            ssize_t rest = REAL(pwrite)(fd, bytes + half, length - half, offset + half);
            result = rest < 0 ? (half > 0 ? (ssize_t)half : rest) : (ssize_t)half + rest;
        }
    }
    int error = errno;
    leave();
    errno = error;
    return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return ours(fd) ? write_at(fd, bytes, length, offset) : REAL(pwrite)(fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!ours(fd)) return REAL(write)(fd, bytes, length);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t written = write_at(fd, bytes, length, at);
    if (written > 0) lseek(fd, at + written, SEEK_SET);
    return written;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    if (!ours(fd)) return REAL(pwritev)(fd, parts, count, offset);
    size_t length = 0;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    char *bytes = malloc(length + 1), *to = bytes;
    for (int i = 0; i < count; i++) to = mempcpy(to, parts[i].iov_base, parts[i].iov_len);
    ssize_t written = write_at(fd, bytes, length, offset);
    int error = errno;
    free(bytes);
    errno = error;
    return written;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return pwritev(fd, parts, count, offset); }

int ftruncate(int fd, off_t length) {
    if (!ours(fd)) return REAL(ftruncate)(fd, length);
    BOUNDARY(int, 0, REAL(ftruncate)(fd, length));
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* A folder may have been opened past us, by a function that was looked up in the C library itself. */
static int is_our_folder(int fd) {
    struct stat status;
    char link[64], path[PATH_MAX];
    if (control == NULL || fstat(fd, &status) != 0 || !S_ISDIR(status.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return below(path);
}

int fsync(int fd) {
    int is_folder = is_our_folder(fd);
    if (!ours(fd) && !is_folder) return REAL(fsync)(fd);
    if (is_folder) control->folder_syncs++;
    BOUNDARY(int, 0, REAL(fsync)(fd));
}

int fdatasync(int fd) {
    if (!ours(fd)) return REAL(fdatasync)(fd);
    BOUNDARY(int, 0, REAL(fdatasync)(fd));
}

int unlink(const char *path) {
    if (!counts(path)) return REAL(unlink)(path);
    BOUNDARY(int, 0, REAL(unlink)(path));
}

int rename(const char *from, const char *to) {
    if (!counts(from)) return REAL(rename)(from, to);
    BOUNDARY(int, 0, REAL(rename)(from, to));
}

int link(const char *from, const char *to) {
    if (!counts(from)) return REAL(link)(from, to);
    BOUNDARY(int, 1, REAL(link)(from, to));
}

int mkdir(const char *path, mode_t mode) {
    if (!below(path)) return REAL(mkdir)(path, mode);
    BOUNDARY(int, 1, REAL(mkdir)(path, mode));
}

static int open_file(const char *path, int flags, mode_t mode) {
    int makes = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
    int64_t fault = makes ? enter(1) : 0;
    int fd = refuses(fault) ? -1 : REAL(open)(path, flags, mode);
    if (fd >= 0 && fd < MOST_FILES) is_ours[fd] = 1;
    int error = errno;
    if (makes) leave();
    errno = error;
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return counts(path) ? open_file(path, flags, mode) : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open(path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < MOST_FILES) is_ours[fd] = 0;
    return REAL(close)(fd);
}
