package dev.warren.conf;

import java.util.List;
import java.util.stream.Collectors;

/// All problems of a configuration at once. The message is for the operator: a line per problem.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_SHOWN = 100;
    private final transient List<Problem> problems;
    private final transient List<Problem> warnings;
    private final String message;

    ConfigException(List<Problem> problems, List<Problem> warnings) {
        this.problems = List.copyOf(problems);
        this.warnings = List.copyOf(warnings);
        this.message = problems.stream()
                        .limit(MAX_SHOWN)
                        .map(Problem::toString)
                        .collect(Collectors.joining(System.lineSeparator()))
                + (problems.size() <= MAX_SHOWN
                        ? ""
                        : System.lineSeparator() + "... and " + (problems.size() - MAX_SHOWN) + " more problems");
    }

    /// A line per problem, at most 100.
    @Override
    public String getMessage() {
        return message;
    }

    /// All problems, in the order of the file.
    public List<Problem> problems() {
        return problems;
    }

    /// Warnings: these would not have stopped a start.
    public List<Problem> warnings() {
        return warnings;
    }
}
