namespace RIL.Web.Teachers;

/// <summary>Teachers: all that is registered, and all that is answered.</summary>
public static class TeachersFeature
{
    /// <summary>Registers services.</summary>
    public static void AddTeachers(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TeacherAnswers>();
        builder.Services.AddSingleton<TeacherService>();
        builder.Services.AddSingleton<TeacherIntake>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapTeachers(this WebApplication app) => TeacherEndpoints.Map(app);
}
