package dev.warren.conf.hocon;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;

/// The result of reading: the values, and the places of their keys.
public final class HoconTree {
    private static final String APART = "(a part)"; // no key of a file is there when a part is resolved

    private final Hocon hocon;
    private final HoconKey keys;
    private final ConfigObject values;

    HoconTree(Hocon hocon, HoconKey keys, ConfigObject values) {
        this.hocon = hocon;
        this.keys = keys;
        this.values = values;
    }

    /// All values but those that are [HoconKey#cut].
    public ConfigObject values() {
        return values;
    }

    /// Where the keys are.
    public HoconKey keys() {
        return keys;
    }

    /// The value of a key that was cut out. Parsed each time.
    public ConfigObject part(HoconKey key) throws HoconException {
        var part = key.part;
        if (part == null) {
            throw new IllegalStateException("This key was not cut out.");
        }
        if (!part.substitutes) {
            var plain = new HoconPlain(part, "@1").read();
            if (plain != null) {
                return plain;
            }
        }
        try {
            var config = ConfigFactory.parseString(part.text(), HoconFile.options("@" + part.line));
            var value = part.substitutes
                    ? config.atKey(APART)
                            .withFallback(values)
                            .resolve(Hocon.options())
                            .root()
                            .get(APART)
                    : config.resolve(Hocon.options()).root();
            if (value instanceof ConfigObject object && object.get(key.name()) instanceof ConfigObject inner) {
                return inner;
            }
            throw new HoconException(key.source, key.line, "is not an object", "{ ... }");
        } catch (ConfigException e) {
            int line = e.origin() == null ? 0 : Math.max(0, e.origin().lineNumber() - 1);
            throw Hocon.refused(e, part.file.source(), part.line + line);
        } catch (StackOverflowError e) {
            throw Hocon.tooFar(part.file.source(), part.line);
        }
    }

    /// The line in its file of an element of a list; 0 when it is not known.
    public int line(ConfigValue element) {
        return hocon.line(element.origin());
    }
}
