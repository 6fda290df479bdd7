package dev.newt.jinja;

/** Something a template can call: a global, a bound method, a macro, or the loop itself. */
interface Function {
    Object call(Arguments arguments);
}
