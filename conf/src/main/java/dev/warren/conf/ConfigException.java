package dev.warren.conf;

import java.util.List;
import java.util.stream.Collectors;

/// Everything that is wrong with a configuration, at once. The message is what a person should see: a line per problem.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Problem> problems;

    ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /// All of them, in the order of the file.
    public List<Problem> problems() {
        return problems;
    }
}
