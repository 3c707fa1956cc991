using Microsoft.AspNetCore.Identity;

namespace RIL.Web.Accounts;

/// <summary>Refuses passwords that guessing finds first. Length does the rest: no rules about kinds of characters.</summary>
internal sealed class PasswordRules : IPasswordValidator<RilUser>
{
    public const int Shortest = 12;
    private const int FewestDifferent = 5;

    private static readonly string[] Rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p"];

    // What is left of a password when figures and signs at its ends are taken away is looked for here.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "motdepasse", "contraseña", "letmein", "welcome", "iloveyou", "administrator", "admin", "adminadmin", "root", "rootroot", "changeme", "secret",
        "topsecret", "default", "master", "monkey", "dragon", "football", "baseball", "basketball", "superman", "batman", "sunshine", "princess", "trustno", "starwars", "whatever", "computer", "internet",
        "correcthorsebatterystaple", "passwordpassword", "testtest", "testtesttest", "temporary", "letmeinletmein", "welcomewelcome", "mypassword", "thisismypassword", "ihatepasswords", "nopassword", "password1password",
        "qwertyqwerty", "iloveyouiloveyou", "administratoradministrator", "summer", "winter", "spring", "autumn", "company", "training", "reinforcement", "imitation",
    };

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
        if (Rows.Any(row => OfRow(plain, row))) return "The password runs along the keyboard or the alphabet; choose another one.";
        if (Common.Contains(plain) || Common.Contains(plain.Trim([.. "0123456789!?.,-_*#$%&+ "]))) return "The password is one of those that are tried first; choose another one.";
        return null;
    }

    // Mostly steps along one row, forwards or backwards.
    private static bool OfRow(string text, string row)
    {
        int along = text.Zip(text.Skip(1)).Count(pair => row.Contains($"{pair.First}{pair.Second}", StringComparison.Ordinal) || row.Contains($"{pair.Second}{pair.First}", StringComparison.Ordinal));
        return along >= (text.Length - 1) * 2 / 3;
    }
}
