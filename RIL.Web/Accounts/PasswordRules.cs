using System.IO.Compression;
using Microsoft.AspNetCore.Identity;

namespace RIL.Web.Accounts;

/// <summary>Refuses passwords that guessing finds first. Length does the rest: no rules about kinds of characters.</summary>
internal sealed class PasswordRules : IPasswordValidator<RilUser>
{
    public const int Shortest = 12;
    private const int FewestDifferent = 5;

    private static readonly string[] Rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p"];

    // Those of other people that came to light, most used first: whole ones from twelve characters on, and what is left of shorter ones without figures and signs at their
    // ends, by zxcvbn's list (common-passwords.LICENSE.txt); then what this site adds.
    private static readonly Lazy<HashSet<string>> Common = new(() =>
    {
        using Stream packed = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        return new HashSet<string>(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal)
        {
            "passwort", "motdepasse", "contraseña", "adminadmin", "administrator", "rootroot", "topsecret", "correcthorsebatterystaple", "mypassword", "thisismypassword", "ihatepasswords", "nopassword", "temporary",
            "autumn", "company", "training", "reinforcement", "imitation", "reinforcementlearning", "imitationlearning",
        };
    });

    public Task<IdentityResult> ValidateAsync(UserManager<RilUser> manager, RilUser user, string? password)
    {
        string? problem = Problem(password ?? "", user.UserName ?? "");
        return Task.FromResult(problem is null ? IdentityResult.Success : IdentityResult.Failed(new IdentityError { Code = "Password", Description = problem }));
    }

    /// <summary>Why a password is refused; null where it is not.</summary>
    internal static string? Problem(string password, string name)
    {
        if (password.Length < Shortest) return $"The password has {password.Length} characters; expected at least {Shortest}. A sentence is easy to remember.";
        string plain = password.ToLowerInvariant();
        if (plain.Distinct().Count() < FewestDifferent) return "The password repeats a few characters; expected at least five different ones.";
        if (name.Length >= 4 && plain.Contains(name.ToLowerInvariant(), StringComparison.Ordinal)) return "The password contains the name; choose another one.";
        if (RunsAlong(plain)) return "The password runs along the keyboard or the alphabet; choose another one.";
        if (IsCommon(plain) || IsCommon(Written(plain))) return "The password is one of those that are tried first; choose another one.";
        return null;
    }

    private static bool IsCommon(string text)
    {
        string core = text.Trim([.. "0123456789!?.,-_*#$%&+ "]);
        // A word twice is as easy to guess as once.
        return Common.Value.Contains(text) || Common.Value.Contains(core) || (core.Length % 2 == 0 && core[..(core.Length / 2)] == core[(core.Length / 2)..] && Common.Value.Contains(core[..(core.Length / 2)]));
    }

    // The letters that figures and signs stand for.
    private static string Written(string text) => string.Concat(text.Select(c => c switch { '0' => 'o', '1' => 'i', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', _ => c }));

    // Mostly steps along rows, forwards or backwards, whichever row each of them is on.
    private static bool RunsAlong(string text)
    {
        int along = text.Zip(text.Skip(1)).Count(pair => Rows.Any(row => row.Contains($"{pair.First}{pair.Second}", StringComparison.Ordinal) || row.Contains($"{pair.Second}{pair.First}", StringComparison.Ordinal)));
        return along >= (text.Length - 1) * 2 / 3;
    }
}
