/*
 * xdnd-source.c - drags files over a window and drops them, as a file manager does: the source's
 * part of XDND version 5 in bare Xlib. What the window answers is printed, a line each.
 *
 * usage: xdnd-source WINDOW X Y TYPE[,TYPE...] DATA
 *     WINDOW: its number; X, Y: on the screen; TYPE: "text/uri-list", "text/plain"...: all of them
 *     give DATA, in which "|" ends a line.
 * prints: "accepted" or "refused" (XdndStatus; a refused one is not dropped), "asked TYPE" for
 *     each that the window has converted, "finished" or "failed" (XdndFinished).
 * exit code 1: no answer within 60 s, or no such window.
 *
 * Source: freedesktop.org, Drag-and-Drop Protocol for the X Window System, version 5.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 5, MAX_TYPES = 3, DEADLINE_MS = 60000 };

static Display *display;
static Window source, target;
static Atom types[MAX_TYPES];
static unsigned n_types;
static const char *names[MAX_TYPES];
static char *content;
static size_t content_n;

static Atom
atom(const char *name)
{
    return XInternAtom(display, name, False);
}

static void
say(const char *word, const char *more)
{
    printf("%s%s%s\n", word, *more != '\0' ? " " : "", more);
    fflush(stdout);
}

static void
tell(const char *message, long one, long two, long three, long four)
{
    XEvent event = {.xclient = {.type = ClientMessage,
                                .display = display,
                                .window = target,
                                .message_type = atom(message),
                                .format = 32,
                                .data.l = {(long)source, one, two, three, four}}};

    XSendEvent(display, target, False, NoEventMask, &event);
    XFlush(display);
}

/* The window asks for what is dragged, in one of the types. */
static void
give(const XSelectionRequestEvent *request)
{
    XEvent answer = {.xselection = {.type = SelectionNotify,
                                    .display = display,
                                    .requestor = request->requestor,
                                    .selection = request->selection,
                                    .target = request->target,
                                    .property = None,
                                    .time = request->time}};

    for (unsigned i = 0; i < n_types; i++) {
        if (types[i] != request->target)
            continue;
        say("asked", names[i]);
        XChangeProperty(display, request->requestor, request->property, request->target, 8,
                        PropModeReplace, (unsigned char *)content, (int)content_n);
        answer.xselection.property = request->property;
    }
    XSendEvent(display, request->requestor, False, NoEventMask, &answer);
    XFlush(display);
}

/* Serves what is asked for until this message came; its second word. Ends the program if it does
 * not come. */
static long
wait_for(const char *message)
{
    struct pollfd there = {.fd = ConnectionNumber(display), .events = POLLIN};
    const Atom wanted = atom(message);
    XEvent event;

    for (;;) {
        while (XPending(display) == 0)
            if (poll(&there, 1, DEADLINE_MS) <= 0) {
                say("no", message);
                exit(1);
            }
        XNextEvent(display, &event);
        if (event.type == SelectionRequest)
            give(&event.xselectionrequest);
        else if (event.type == ClientMessage && event.xclient.message_type == wanted)
            return event.xclient.data.l[1];
    }
}

static void
offer(char *list)
{
    char *rest = NULL;

    for (char *type = strtok_r(list, ",", &rest); type != NULL && n_types < MAX_TYPES;
         type = strtok_r(NULL, ",", &rest)) {
        names[n_types] = type;
        types[n_types++] = atom(type);
    }
}

/* Lines end as in RFC 2483 section 5. */
static void
fill(const char *data)
{
    content = calloc(2, strlen(data) + 2);
    if (content == NULL)
        exit(1);
    for (; *data != '\0'; data++) {
        if (*data == '|')
            content[content_n++] = '\r';
        content[content_n++] = *data == '|' ? '\n' : *data;
    }
}

static int
on_error(Display *d, XErrorEvent *error)
{
    (void)d, (void)error;
    say("no", "window");
    exit(1);
}

static int
drag(long x, long y)
{
    tell("XdndEnter", VERSION << 24, (long)types[0], n_types > 1 ? (long)types[1] : None,
         n_types > 2 ? (long)types[2] : None);
    tell("XdndPosition", 0, x << 16 | y, CurrentTime, (long)atom("XdndActionCopy"));
    if ((wait_for("XdndStatus") & 1) == 0) {
        say("refused", "");
        tell("XdndLeave", 0, 0, 0, 0);
        XSync(display, False);
        return 0;
    }
    say("accepted", "");
    tell("XdndDrop", 0, CurrentTime, 0, 0);
    say((wait_for("XdndFinished") & 1) != 0 ? "finished" : "failed", "");
    return 0;
}

int
main(int argc, char **argv)
{
    unsigned x, y;

    if (argc != 6 || sscanf(argv[1], "%lu", &target) != 1 || sscanf(argv[2], "%u", &x) != 1 ||
        sscanf(argv[3], "%u", &y) != 1 || (display = XOpenDisplay(NULL)) == NULL) {
        fprintf(stderr, "usage: xdnd-source WINDOW X Y TYPE[,TYPE...] DATA\n");
        return 1;
    }
    XSetErrorHandler(on_error);
    source = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
    offer(argv[4]);
    fill(argv[5]);
    XSetSelectionOwner(display, atom("XdndSelection"), source, CurrentTime);
    return drag(x, y);
}
