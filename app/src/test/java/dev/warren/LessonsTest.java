package dev.warren;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The rows of docs/LESSONS.md, the marks in this tree that point to them, and the tests they point to.
class LessonsTest {
    private static final Pattern MARK = Pattern.compile("\\bR-\\d+\\b");
    private static final Pattern ROW = Pattern.compile("\\| (R-\\d+) \\|.*");
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");

    /// The folder of the whole project, wherever below it the tests are started.
    private static final Path ROOT = root();

    @Test
    void everyMarkHasARow() throws IOException {
        var rows = rows().keySet();
        assertTrue(rows.size() > 100, () -> "only " + rows.size() + " rows were read");
        var lost = new TreeSet<String>();
        for (var file : files(".java", ".md")) {
            var mark = MARK.matcher(Files.readString(file));
            while (mark.find()) {
                if (!rows.contains(mark.group())) lost.add(mark.group() + " in " + ROOT.relativize(file));
            }
        }
        assertEquals(Set.of(), lost, "marks without a row in docs/LESSONS.md");
    }

    @Test
    void everyTestThatARowNamesIsThere() throws IOException {
        var sources = new HashMap<String, String>(); // two modules may have a class of the same name
        for (var file : files("Test.java")) {
            var name = file.getFileName().toString().replace(".java", "");
            sources.merge(name, Files.readString(file), String::concat);
        }
        var lost = new TreeSet<String>();
        for (var row : rows().entrySet()) {
            var test = NAMED_TEST.matcher(row.getValue());
            while (test.find()) {
                var definition = Pattern.compile("\\b(void|ArchRule) " + test.group(2) + "\\b");
                var source = sources.getOrDefault(test.group(1), "");
                if (!definition.matcher(source).find()) lost.add(test.group() + " of " + row.getKey());
            }
        }
        assertEquals(Set.of(), lost, "tests that docs/LESSONS.md names and nobody has");
    }

    @Test
    void aRowWithoutATestSaysSo() throws IOException {
        var silent = new TreeSet<String>();
        for (var row : rows().entrySet()) {
            var text = row.getValue();
            boolean said = text.contains("Does not apply") || text.contains("No test") || text.contains("no test");
            if (!said && !NAMED_TEST.matcher(text).find()) silent.add(row.getKey());
        }
        assertEquals(Set.of(), silent, "rows of docs/LESSONS.md that neither name a test nor say why there is none");
    }

    /// By their numbers; two of one number are a mistake.
    private static Map<String, String> rows() throws IOException {
        var rows = new HashMap<String, String>();
        for (var line : Files.readAllLines(ROOT.resolve("docs/LESSONS.md"))) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                assertTrue(rows.put(row.group(1), line) == null, () -> "two rows: " + line);
            }
        }
        return rows;
    }

    /// All files with one of these endings, but for what is hidden and what was built.
    private static List<Path> files(String... endings) throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                var name = folder.getFileName().toString();
                boolean notOurs = name.startsWith(".") || name.equals("target") || name.equals("build");
                return notOurs && !folder.equals(ROOT) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                for (var ending : endings) {
                    if (file.getFileName().toString().endsWith(ending)) {
                        files.add(file);
                        break;
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static Path root() {
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("docs/LESSONS.md"))) return folder;
        }
        throw new AssertionError("no docs/LESSONS.md above " + Path.of("").toAbsolutePath());
    }
}
